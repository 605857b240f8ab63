using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Model;

/// <summary>What the rows of one event have in common: its bytes, and how to decode them.</summary>
internal sealed class RowSource(byte[] rowsEvent, int rowsStart, byte[] tableMapEvent, byte[] formatEvent, IRowDecoder decoder)
{
    private byte[]? _head;

    /// <summary>The row event, header included, checksum not.</summary>
    public byte[] RowsEvent { get; } = rowsEvent;

    public byte[] TableMapEvent { get; } = tableMapEvent;

    public byte[] FormatEvent { get; } = formatEvent;

    public IRowDecoder Decoder { get; } = decoder;

    /// <summary>The event's bytes before its rows.</summary>
    public byte[] Head => _head ??= RowsEvent[..rowsStart];
}
