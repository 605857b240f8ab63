using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;

namespace MySqlRecovery.Restore;

/// <summary>
/// Row changes as BINLOG statements, which a server applies as a replica does: no trigger fires, and every value is the
/// log's, byte for byte. A deleted or updated row is named by its key, or by all columns where there is none.
/// </summary>
/// <param name="format">The format of the log that the images are of.</param>
/// <param name="renames">Under which name the tables are on the server.</param>
internal sealed class RowEvents(FormatDescriptionEvent format, TableRenames renames)
{
    /// <summary>In base64 a third more, in a string twice that: less than the 85,000 bytes of what is tidied up late.</summary>
    private const int MaximumLength = 24 << 10;

    /// <summary>The statement that has to come before all others of a session.</summary>
    public string Begin()
    {
        byte[] raw = [.. format.Raw];
        Span<byte> body = raw.AsSpan(EventHeader.Size);

        // A creation time would tell of a restart. The events here have no checksums.
        body.Slice(52, 4).Clear();
        if (format.Checksum != ChecksumAlgorithm.Undefined)
        {
            body[^5] = (byte)ChecksumAlgorithm.None;
            body[^4..].Clear();
        }

        return $"BINLOG '\n{Convert.ToBase64String(raw)}\n';";
    }

    /// <summary>The statements that write rows of one table, which do the same to all.</summary>
    /// <param name="table">The table.</param>
    /// <param name="operation">What is done.</param>
    /// <param name="rows">The rows: as they are, and as they become.</param>
    public IEnumerable<string> Write(RestoreTable table, RowOperation operation, IEnumerable<(StoredRow? From, StoredRow? To)> rows)
    {
        int[] all = [.. Enumerable.Range(0, table.Map.Columns.Length)];
        int[] named = operation == RowOperation.Insert ? all : table.Key.Length > 0 ? [.. table.Key.Order()] : all;
        foreach (var group in rows.GroupBy(r => operation == RowOperation.Update ? string.Join(' ', Changed(table, r.From!, r.To!)) : ""))
        {
            int[] changed = operation == RowOperation.Update ? Changed(table, group.First().From!, group.First().To!) : [];
            var body = new List<byte>();
            foreach ((StoredRow? from, StoredRow? to) in group)
            {
                int start = body.Count;
                Append(body, operation == RowOperation.Insert ? to! : from!, named);
                if (operation == RowOperation.Update)
                    Append(body, to!, changed);
                if (start > 0 && body.Count > MaximumLength)
                {
                    yield return Statement(table, operation, named, changed, body[..start]);
                    body.RemoveRange(0, start);
                }
            }

            yield return Statement(table, operation, named, changed, body);
        }
    }

    private static int[] Changed(RestoreTable table, StoredRow from, StoredRow to) =>
        [.. Enumerable.Range(0, table.Map.Columns.Length).Where(c => !from.IsSame(to, c))];

    private string Statement(RestoreTable table, RowOperation operation, int[] named, int[] changed, List<byte> rows)
    {
        byte[] map = renames.Apply(table.Map, format.TableIdLength);
        var body = new List<byte>(rows.Count + 64);
        body.AddRange(map.AsSpan(0, format.TableIdLength));
        RowsEventFlags flags = RowsEventFlags.StatementEnd | RowsEventFlags.NoForeignKeyChecks;
        body.AddRange([(byte)flags, 0]);
        if (!format.IsMariaDb)
            body.AddRange([2, 0]);
        AppendCount(body, table.Map.Columns.Length);
        AppendBits(body, table, named);
        if (operation == RowOperation.Update)
            AppendBits(body, table, changed);
        body.AddRange(rows);
        return $"BINLOG '\n{Encode(BinlogEventType.TableMap, map)}\n{Encode(TypeOf(operation), [.. body])}\n';";
    }

    private BinlogEventType TypeOf(RowOperation operation) => (operation, format.IsMariaDb) switch
    {
        (RowOperation.Insert, false) => BinlogEventType.WriteRows,
        (RowOperation.Update, false) => BinlogEventType.UpdateRows,
        (RowOperation.Delete, false) => BinlogEventType.DeleteRows,
        (RowOperation.Insert, true) => BinlogEventType.WriteRowsV1,
        (RowOperation.Update, true) => BinlogEventType.UpdateRowsV1,
        _ => BinlogEventType.DeleteRowsV1,
    };

    private static string Encode(BinlogEventType type, byte[] body)
    {
        var raw = new byte[EventHeader.Size + body.Length];
        new EventHeader((uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), type, 0, (uint)raw.Length, 0, EventFlags.None).Write(raw);
        body.CopyTo(raw, EventHeader.Size);
        return Convert.ToBase64String(raw);
    }

    private static void AppendCount(List<byte> body, int count)
    {
        if (count < 251)
            body.Add((byte)count);
        else
            body.AddRange([252, (byte)count, (byte)(count >> 8)]);
    }

    private static void AppendBits(List<byte> body, RestoreTable table, int[] ordinals)
    {
        var bits = new byte[(table.Map.Columns.Length + 7) / 8];
        foreach (int ordinal in ordinals)
            bits[ordinal / 8] |= (byte)(1 << ordinal % 8);
        body.AddRange(bits);
    }

    /// <summary>An image of some columns: a bit for each that is NULL, then the others' values with their lengths.</summary>
    private static void Append(List<byte> body, StoredRow row, int[] ordinals)
    {
        var ranges = new ValueRange[row.Map.Columns.Length];
        row.Map.Layout.Locate(row.Image, ranges);
        int bits = body.Count;
        body.AddRange(new byte[(ordinals.Length + 7) / 8]);
        for (int i = 0; i < ordinals.Length; i++)
        {
            ValueRange range = ranges[ordinals[i]];
            int prefix = row.Map.Columns[ordinals[i]].PrefixLength;
            if (range.IsNull)
                body[bits + i / 8] |= (byte)(1 << i % 8);
            else
                body.AddRange(row.Image.AsSpan(range.Start - prefix, prefix + range.Length));
        }
    }
}
