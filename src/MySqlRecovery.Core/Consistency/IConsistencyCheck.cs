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
