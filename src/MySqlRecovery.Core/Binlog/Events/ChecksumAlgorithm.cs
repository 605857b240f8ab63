using MySqlRecovery.IO;

namespace MySqlRecovery.Binlog.Events;

/// <summary><c>binlog_checksum</c> as the format description event names it.</summary>
internal enum ChecksumAlgorithm : byte
{
    None = 0,
    Crc32 = 1,

    /// <summary>Servers before 5.6.1 write no algorithm byte at all.</summary>
    Undefined = 255,
}
