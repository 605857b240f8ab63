using System.Buffers.Binary;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows.Json;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>
/// Makes a plain UPDATE_ROWS event of a PARTIAL_UPDATE_ROWS event (MySQL 8.0.3+, binlog_row_value_options=PARTIAL_JSON):
/// the changes of each JSON value are applied to the document in the before image.
/// </summary>
internal static class PartialUpdate
{
    /// <summary>Whether the before image has the documents that the changes are to be applied to.</summary>
    public static bool CanExpand(in RowsEvent rows, TableMap map)
    {
        RowLayout before = map.LayoutFor(rows.Columns);
        return Array.TrueForAll(
            map.LayoutFor(rows.ColumnsAfter).Ordinals,
            i => map.Columns[i].Type != ColumnType.Json || Array.IndexOf(before.Ordinals, i) >= 0);
    }

    /// <summary>The plain event: header and body, no checksum.</summary>
    public static byte[] Expand(EventHeader header, in RowsEvent rows, TableMap map)
    {
        var result = new MemoryStream(EventHeader.Size + rows.Body.Length * 2);
        result.Write(new byte[EventHeader.Size]);
        result.Write(rows.Body[..rows.At.Rows]);
        RowLayout beforeLayout = map.LayoutFor(rows.Columns), afterLayout = map.LayoutFor(rows.ColumnsAfter);
        var was = new ValueRange[beforeLayout.Ordinals.Length];
        var became = new ValueRange[afterLayout.Ordinals.Length];
        var cursor = new RowCursor(rows, map);
        while (cursor.MoveNext())
        {
            result.Write(cursor.Before);
            beforeLayout.Locate(cursor.Before, was);
            ReadOnlySpan<byte> partialBits = PartialBits(cursor.After, map, out int headerLength);
            ReadOnlySpan<byte> after = cursor.After[headerLength..];
            afterLayout.Locate(after, became);
            result.Write(after[..afterLayout.NullBytes]);
            int json = -1;
            for (int i = 0, column = 0; column < map.Columns.Length; column++)
            {
                if (map.Columns[column].Type == ColumnType.Json)
                    json++;
                if (i == became.Length || afterLayout.Ordinals[i] != column)
                    continue;
                ValueRange value = became[i++];
                if (value.IsNull)
                    continue;
                bool isPartial = map.Columns[column].Type == ColumnType.Json && json / 8 < partialBits.Length
                    && (partialBits[json / 8] & 1 << json % 8) != 0;
                if (!isPartial)
                {
                    int prefix = map.Columns[column].PrefixLength;
                    result.Write(after[(value.Start - prefix)..(value.Start + value.Length)]);
                    continue;
                }

                ValueRange old = was[Array.IndexOf(beforeLayout.Ordinals, column)];
                WriteJson(result, Apply(old.IsNull ? default : old.Of(cursor.Before), value.Of(after)), map.Columns[column].PrefixLength);
            }
        }

        byte[] raw = result.ToArray();
        (header with { Type = BinlogEventType.UpdateRows, Length = (uint)raw.Length }).Write(raw);
        return raw;
    }

    private static ReadOnlySpan<byte> PartialBits(ReadOnlySpan<byte> after, TableMap map, out int length)
    {
        var cursor = new ByteCursor(after);
        ReadOnlySpan<byte> bits = (cursor.ReadLengthEncoded() & 1) != 0 ? cursor.Take((map.Layout.JsonColumnCount + 7) / 8) : default;
        length = cursor.Position;
        return bits;
    }

    // operation 1, path (length-encoded), value (length-encoded) unless it removes, repeated.
    private static byte[] Apply(ReadOnlySpan<byte> document, ReadOnlySpan<byte> changes)
    {
        JsonNode node = JsonNode.Parse(document);
        var cursor = new ByteCursor(changes);
        while (!cursor.AtEnd)
        {
            byte operation = cursor.ReadByte();
            if (operation > 2)
                throw new InvalidDataException($"JSON change {operation} is unknown");
            ReadOnlySpan<byte> path = cursor.Take(cursor.ReadLength());
            node.Apply(operation, path, operation == 2 ? null : JsonNode.Parse(cursor.Take(cursor.ReadLength())));
        }

        return JsonBinary.Write(node);
    }

    private static void WriteJson(MemoryStream result, byte[] document, int prefixLength)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, document.Length);
        result.Write(length[..prefixLength]);
        result.Write(document);
    }
}
