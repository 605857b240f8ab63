using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Settings;

/// <summary>Looks at the parameters of both servers.</summary>
internal sealed class SettingCheck(ServerPair pair) : IConsistencyCheck
{
    public IEnumerable<ConsistencyFinding> Run(Action<RecoveryException> onError, CancellationToken token)
    {
        SettingFacts[] servers =
        [
            new(pair.Source, ServerRole.Source, pair.Replica, token),
            new(pair.Replica, ServerRole.Replica, pair.Source, token),
        ];
        foreach (SettingFacts facts in servers)
        {
            foreach (SettingRule rule in SettingRules.All)
            {
                if (rule.Check(facts) is { } finding)
                    yield return finding;
            }

            foreach (ConsistencyFinding finding in SettingCombinations.Check(facts))
                yield return finding;
        }
    }
}
