namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>A place in a server's binary log: the file's name without folder, and the byte offset in it.</summary>
public sealed record BinlogPosition(string File, long Offset);
