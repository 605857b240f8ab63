namespace MySqlRecovery.Server.Tests.Client;

/// <summary>One event with its place, comparable.</summary>
internal sealed record DumpedEvent(string File, long Position, string Hex)
{
    public byte Type => Convert.FromHexString(Hex.AsSpan(8, 2))[0];
}
