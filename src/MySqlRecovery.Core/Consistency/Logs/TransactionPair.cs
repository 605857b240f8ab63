namespace MySqlRecovery.Consistency.Logs;

/// <summary>A transaction as the source and as the replica logged it; null on the side that lacks it.</summary>
internal readonly record struct TransactionPair(LoggedTransaction? Source, LoggedTransaction? Replica);
