using MySqlRecovery.Consistency.Logs;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency;

/// <summary>One way to look for differences, or for what can lead to them.</summary>
internal interface IConsistencyCheck
{
    /// <summary>Gives the findings as they are made, on the caller's thread.</summary>
    /// <param name="onError">Takes what keeps one item from being checked; the check goes on with the next.</param>
    /// <param name="token">Ends the check.</param>
    /// <exception cref="RecoveryException">The check cannot go on.</exception>
    IEnumerable<ConsistencyFinding> Run(Action<RecoveryException> onError, CancellationToken token);
}

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
