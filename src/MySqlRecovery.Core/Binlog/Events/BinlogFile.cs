namespace MySqlRecovery.Binlog.Events;

/// <summary>A binlog or relay log as a file: a magic number, then events.</summary>
internal static class BinlogFile
{
    /// <summary>What the file starts with.</summary>
    public static ReadOnlySpan<byte> Magic => [0xFE, 0x62, 0x69, 0x6E];

    /// <summary>What a log starts with that MariaDB 12.3+ keeps in InnoDB (storage/innobase/include/fsp_binlog.h, IBB_MAGIC).</summary>
    public static ReadOnlySpan<byte> InnoDbMagic => [0xFE, 0xFE, 0x0D, 0x01];
}
