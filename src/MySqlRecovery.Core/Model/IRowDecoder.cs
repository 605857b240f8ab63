using System.Collections.Specialized;

namespace MySqlRecovery.Model;

/// <summary>Makes a row image's values; one a table map.</summary>
internal interface IRowDecoder
{
    string[] ColumnNames { get; }

    /// <summary>The primary key in the first image of a row; null where the log names no key or the image lacks it.</summary>
    OrderedDictionary? Key(RowSource source, ReadOnlySpan<byte> image);

    OrderedDictionary? Before(RowSource source, ReadOnlySpan<byte> image);

    OrderedDictionary? After(RowSource source, ReadOnlySpan<byte> image);

    string[] ChangedColumns(RowSource source, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after);
}
