namespace MySqlRecovery.Client.Tests.Fakes;

/// <summary>The capability flags of the handshake that the fake server knows; names as in the servers' <c>mysql_com.h</c> without
/// CLIENT_.</summary>
[Flags]
internal enum Capabilities : uint
{
    LongPassword = 0x1,
    LongFlag = 0x4,
    ConnectWithDb = 0x8,
    Protocol41 = 0x200,
    Ssl = 0x800,
    Transactions = 0x2000,
    SecureConnection = 0x8000,
    PluginAuth = 0x80000,
    ConnectAttrs = 0x100000,
    PluginAuthLenencClientData = 0x200000,
    DeprecateEof = 0x1000000,
}
