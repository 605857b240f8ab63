using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>
/// Makes an UPDATE_ROWS event with whole after images of one whose after images leave out what the before images have and
/// the update did not change: MariaDB 11.4+ with binlog_row_image=FULL_NODUP, all servers with MINIMAL where a table has no key.
/// </summary>
internal static class UnchangedColumns
{
    /// <summary>Whether every column of the after images is in the before images, and some of those are not in the after images.</summary>
    [MethodImpl(Jit.Hot)]
    public static bool AreLeftOut(in RowsEvent rows, TableMap map)
    {
        if (rows.Operation != RowOperation.Update || rows.Type == BinlogEventType.PartialUpdateRows)
            return false;
        ReadOnlySpan<byte> before = rows.Columns, after = rows.ColumnsAfter;
        if (before.SequenceEqual(after))
            return false;
        bool isAnyLeftOut = false;
        for (int i = 0; i < map.Columns.Length; i++)
        {
            (bool was, bool becomes) = (IsSet(before, i), IsSet(after, i));
            if (becomes && !was)
                return false;
            isAnyLeftOut |= IsLeftOut(before, after, map, i);
        }

        return isAnyLeftOut;
    }

    /// <summary>The event with the unchanged columns in both images: header and body, no checksum.</summary>
    public static byte[] FillIn(EventHeader header, in RowsEvent rows, TableMap map)
    {
        byte[] columns = rows.ColumnsAfter.ToArray();
        for (int i = 0; i < map.Columns.Length; i++)
        {
            if (IsLeftOut(rows.Columns, rows.ColumnsAfter, map, i))
                columns[i / 8] |= (byte)(1 << i % 8);
        }

        RowLayout beforeLayout = map.LayoutFor(rows.Columns), afterLayout = beforeLayout.Select(rows.ColumnsAfter);
        int[] merged = beforeLayout.Select(columns).Ordinals;
        int[] fromAfter = Array.ConvertAll(merged, i => Array.IndexOf(afterLayout.Ordinals, i));
        int[] fromBefore = Array.ConvertAll(merged, i => Array.IndexOf(beforeLayout.Ordinals, i));
        int[] prefixes = Array.ConvertAll(merged, i => map.Columns[i].PrefixLength);
        var was = new ValueRange[beforeLayout.Ordinals.Length];
        var became = new ValueRange[afterLayout.Ordinals.Length];

        // A whole after image is never longer than both images together.
        var raw = new byte[EventHeader.Size + rows.At.Rows + 2 * rows.Rows.Length];
        rows.Body[..rows.At.Rows].CopyTo(raw.AsSpan(EventHeader.Size));
        columns.CopyTo(raw, EventHeader.Size + rows.At.ColumnsAfter);
        int end = EventHeader.Size + rows.At.Rows;
        var cursor = new RowCursor(rows, map);
        while (cursor.MoveNext())
        {
            ReadOnlySpan<byte> before = cursor.Before, after = cursor.After;
            beforeLayout.Locate(before, was);
            afterLayout.Locate(after, became);
            before.CopyTo(raw.AsSpan(end));
            end += before.Length;
            Span<byte> nulls = raw.AsSpan(end, (merged.Length + 7) / 8);
            end += nulls.Length;
            // MySQL 5.x sets the bits that no column has: rows without key are compared byte by byte.
            if (SetsUnusedBits(before, beforeLayout) || SetsUnusedBits(after, afterLayout))
                nulls[^1] |= UnusedBits(merged.Length);
            for (int i = 0; i < merged.Length; i++)
            {
                bool isChanged = fromAfter[i] >= 0;
                ValueRange value = isChanged ? became[fromAfter[i]] : was[fromBefore[i]];
                if (value.IsNull)
                {
                    nulls[i / 8] |= (byte)(1 << i % 8);
                    continue;
                }

                ReadOnlySpan<byte> bytes = (isChanged ? after : before).Slice(value.Start - prefixes[i], prefixes[i] + value.Length);
                bytes.CopyTo(raw.AsSpan(end));
                end += bytes.Length;
            }
        }

        Array.Resize(ref raw, end);
        (header with { Type = rows.Type.Uncompressed(), Length = (uint)end }).Write(raw);
        return raw;
    }

    private static bool SetsUnusedBits(ReadOnlySpan<byte> image, RowLayout layout) =>
        layout.NullBytes > 0 && (image[layout.NullBytes - 1] & UnusedBits(layout.Ordinals.Length)) != 0;

    private static byte UnusedBits(int columns) => (byte)(columns % 8 == 0 ? 0 : 0xFF << columns % 8);

    // What a generated column became is not what it was, even if the log leaves it out.
    private static bool IsLeftOut(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, TableMap map, int ordinal) =>
        IsSet(before, ordinal) && !IsSet(after, ordinal) && !map.Columns[ordinal].IsGenerated;

    private static bool IsSet(ReadOnlySpan<byte> bits, int ordinal) => (bits[ordinal / 8] & 1 << ordinal % 8) != 0;
}

/// <summary>The one form in which updates are looked at: both images with whole values of all that the log tells.</summary>
internal static class PlainUpdate
{
    /// <summary>The event in that form, header and body, no checksum; null where it has it already or cannot be given it.</summary>
    [MethodImpl(Jit.Hot)]
    public static byte[]? TryMake(EventHeader header, in RowsEvent rows, TableMap map)
    {
        if (UnchangedColumns.AreLeftOut(rows, map))
            return UnchangedColumns.FillIn(header, rows, map);
        if (rows.Type != BinlogEventType.PartialUpdateRows || !PartialUpdate.CanExpand(rows, map))
            return null;
        byte[] raw = PartialUpdate.Expand(header, rows, map);
        RowsEvent whole = RowsEvent.Parse(BinlogEventType.UpdateRows, raw.AsSpan(EventHeader.Size), map.Columns.Length);
        return UnchangedColumns.AreLeftOut(whole, map) ? UnchangedColumns.FillIn(header, whole, map) : raw;
    }
}
