namespace MySqlRecovery.Client.Replication;

/// <summary>A binlog file as SHOW BINARY LOGS lists it.</summary>
/// <param name="Name">Without folder, such as <c>binlog.000007</c>.</param>
/// <param name="Size">In bytes, at the time of the listing.</param>
internal sealed record BinaryLog(string Name, long Size);
