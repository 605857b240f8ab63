using System.Buffers.Binary;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Output.Sql;

/// <summary>
/// What changes of a system-versioned table do to its present rows, which are all that SQL can write: MariaDB logs the end of a row as an
/// update of the column with it, and each older version as an insert.
/// </summary>
internal static class VersionedRow
{
    /// <summary>What has to be said of such a table.</summary>
    public const string NewHistory =
        "SQL restores the present rows of a system-versioned table, and their history is written anew, with the time of the undo; an undo "
            + "binlog brings the history back, too";

    /// <summary>Why a removed version of a row does not come back.</summary>
    public const string LostHistory =
        "SQL cannot write history, which was removed here, before MariaDB 10.11: use the undo binlog";

    private const uint LastSecond32 = int.MaxValue, LastSecond64 = uint.MaxValue, LastMicrosecond = 999_999;

    /// <summary>What a change is for the present rows; null where it is none of theirs.</summary>
    /// <param name="map">The table.</param>
    /// <param name="operation">What makes the first image of the second.</param>
    /// <param name="fromLayout">Layout of the first image.</param>
    /// <param name="from">It; empty for an insert.</param>
    /// <param name="toLayout">Layout of the second image.</param>
    /// <param name="to">It; empty for a delete.</param>
    public static RowOperation? OfPresent(
        TableMap map, RowOperation operation, RowLayout fromLayout, ReadOnlySpan<byte> from, RowLayout toLayout, ReadOnlySpan<byte> to)
    {
        bool was = operation != RowOperation.Insert && IsPresent(map, fromLayout, from);
        bool becomes = operation != RowOperation.Delete && IsPresent(map, toLayout, to);
        return (was, becomes) switch
        {
            (true, true) => RowOperation.Update,
            (true, false) => RowOperation.Delete,
            (false, true) => RowOperation.Insert,
            _ => null,
        };
    }

    /// <summary>Whether an image says when the row was so.</summary>
    public static bool HasPeriod(TableMap map, RowLayout layout) =>
        map.RowStart is { } start && layout.IndexOf(start) >= 0 && layout.IndexOf(map.RowEnd!.Value) >= 0;

    // The greatest TIMESTAMP(6) there is, which MariaDB 11.5 made a later one. Tables that keep numbers of transactions have no row
    // events. Where an image lacks the column it did not change, and history does not.
    private static bool IsPresent(TableMap map, RowLayout layout, ReadOnlySpan<byte> image)
    {
        int index = layout.IndexOf(map.RowEnd!.Value);
        if (index < 0)
            return true;
        var ranges = new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        ReadOnlySpan<byte> end = ranges[index].Of(image);
        return end.Length == 7 && BinaryPrimitives.ReadUInt32BigEndian(end) is LastSecond32 or LastSecond64
            && (end[4] << 16 | end[5] << 8 | end[6]) == LastMicrosecond;
    }
}
