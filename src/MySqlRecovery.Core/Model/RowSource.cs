using System.Collections.Specialized;

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

    /// <summary>Where the rows begin in the event.</summary>
    public int RowsStart { get; } = rowsStart;

    /// <summary>The event's bytes before its rows.</summary>
    public byte[] Head => _head ??= RowsEvent[..RowsStart];
}

/// <summary>Makes a row image's values; one a table map.</summary>
internal interface IRowDecoder
{
    string[] ColumnNames { get; }

    /// <summary>Whether a column is UNSIGNED; null where that is not known, and for what is no number.</summary>
    bool? IsUnsigned(int column);

    /// <summary>The primary key in the first image of a row; null where the log names no key or the image lacks it.</summary>
    OrderedDictionary? Key(RowSource source, ReadOnlySpan<byte> image);

    OrderedDictionary? Before(RowSource source, ReadOnlySpan<byte> image);

    OrderedDictionary? After(RowSource source, ReadOnlySpan<byte> image);

    string[] ChangedColumns(RowSource source, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after);
}
