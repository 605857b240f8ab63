namespace MySqlRecovery.Client.Protocol;

/// <summary>The first byte of a command packet; names and numbers as in the servers' <c>my_command.h</c>.</summary>
internal enum ServerCommand : byte
{
    Quit = 0x01,
    InitDb = 0x02,
    Query = 0x03,
    Ping = 0x0E,
    BinlogDump = 0x12,
    RegisterSlave = 0x15,
    BinlogDumpGtid = 0x1E,
}
