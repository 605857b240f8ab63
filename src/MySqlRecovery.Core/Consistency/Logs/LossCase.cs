namespace MySqlRecovery.Consistency.Logs;

/// <summary>A lost transaction, for what the losses have in common.</summary>
/// <param name="Transaction">It; null where only the range is known that was passed over.</param>
/// <param name="Skip">The range passed over that it is in, or null.</param>
/// <param name="IsFirstInRelayLog">Whether it is the first one of a relay log; null where that is not known.</param>
internal readonly record struct LossCase(LoggedTransaction? Transaction, SkippedRange? Skip, bool? IsFirstInRelayLog);
