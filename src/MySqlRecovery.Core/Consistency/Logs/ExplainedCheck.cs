using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>A check of rows whose findings get their causes from a check of logs that ran before.</summary>
internal sealed class ExplainedCheck(IConsistencyCheck rows, LiveLogCheck logs, ServerPair pair) : IConsistencyCheck
{
    public IEnumerable<ConsistencyFinding> Run(Action<RecoveryException> onError, CancellationToken token)
    {
        RowCauses? causes = logs.NotApplied is { } transactions ? new RowCauses(pair, transactions, token) : null;
        foreach (ConsistencyFinding finding in rows.Run(onError, token))
        {
            try
            {
                causes?.Explain(finding);
            }
            catch (RecoveryException e)
            {
                // Once is enough: what keeps one row's cause from being found keeps them all.
                causes = null;
                onError(e);
            }

            yield return finding;
        }
    }
}
