using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>A transaction of the source that the replica did not apply, or not as it was.</summary>
/// <param name="Type">Missing, skipped, injected or filtered.</param>
/// <param name="Confidence">How sure that is.</param>
/// <param name="Transaction">As the source logged it.</param>
/// <param name="Skip">The range passed over that it is in, or null.</param>
/// <param name="Instead">What the replica logged in its place, or null.</param>
/// <param name="Evidence">What tells why, a fact a line.</param>
internal sealed record LostTransaction(
    FindingType Type, FindingConfidence Confidence, LoggedTransaction Transaction, SkippedRange? Skip, LoggedTransaction? Instead,
    string[] Evidence)
{
    /// <summary>The table that is lost of it, if others of its tables came through; null if all of it is lost.</summary>
    public TableContent? Part { get; init; }
}
