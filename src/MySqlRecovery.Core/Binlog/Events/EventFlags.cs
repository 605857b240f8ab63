namespace MySqlRecovery.Binlog.Events;

/// <summary>Flags of the common header, <c>LOG_EVENT_*_F</c>.</summary>
[Flags]
internal enum EventFlags : ushort
{
    None = 0,

    /// <summary>In the format description: the server has not closed the file yet.</summary>
    BinlogInUse = 0x1,
    ThreadSpecific = 0x4,
    SuppressUse = 0x8,
    Artificial = 0x20,
    RelayLog = 0x40,

    /// <summary>A reader that does not know the type may pass over the event.</summary>
    Ignorable = 0x80,
    NoFilter = 0x100,
    MtsIsolate = 0x200,
}
