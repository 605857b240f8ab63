using System.Globalization;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>A transaction as one log holds it: where, whose, and a fingerprint of what it did.</summary>
internal sealed class LoggedTransaction
{
    /// <summary>Null for anonymous transactions.</summary>
    public Gtid? Gtid { get; init; }

    /// <summary>server_id of the server that wrote it first.</summary>
    public required uint ServerId { get; init; }

    /// <summary>When its first statement started, seconds since 1970-01-01 UTC; replicas keep it.</summary>
    public required uint Timestamp { get; init; }

    /// <summary>The session that ran it; in a replica's log MySQL 5.6 keeps it, later versions name the applier's. Null where
    /// the log does not say.</summary>
    public uint? ThreadId { get; init; }

    /// <summary>Its number in the logs that were read, from 0.</summary>
    public required long Ordinal { get; init; }

    /// <summary>Name of the log.</summary>
    public required string LogFile { get; init; }

    /// <summary>Whether no transaction is before it in its log.</summary>
    public bool IsFirstInLog { get; init; }

    /// <summary>Byte offset of its first event.</summary>
    public required long Position { get; init; }

    /// <summary>Byte offset after its last event.</summary>
    public required long EndPosition { get; init; }

    /// <summary>The place after it in the logs of the source: its own end in those, what a relay log says in that.</summary>
    public required LogPosition SourceEnd { get; init; }

    /// <summary>The tables it changed, in the order of their first rows.</summary>
    public required TableContent[] Tables { get; init; }

    /// <summary>Of the statements that change something themselves, and their databases; 0 without such.</summary>
    public ulong StatementHash { get; init; }

    /// <summary>The first of those statements, shortened; null without such.</summary>
    public string? Statement { get; init; }

    /// <summary>The default database of <see cref="Statement"/>.</summary>
    public string? StatementDatabase { get; init; }

    /// <summary>Whether row images lack columns, or changes of JSON values stand for the values.</summary>
    public bool IsPartial { get; init; }

    public bool IsEmpty => Tables.Length == 0 && Statement == null;

    public int RowCount => Tables.Sum(t => t.RowCount);

    public DateTime Time => DateTime.UnixEpoch.AddSeconds(Timestamp);

    /// <summary>The GTID, or else the place in the log.</summary>
    public string Id => Gtid?.ToString() ?? $"{LogFile}:{Position}";

    /// <summary>Whether both can be told by their GTIDs.</summary>
    public bool IsSameGtidKind(LoggedTransaction other) =>
        Gtid is { } mine && other.Gtid is { } theirs && mine.IsMariaDb == theirs.IsMariaDb;

    /// <summary>Whether both did the same, byte by byte.</summary>
    public bool HasSameContent(LoggedTransaction other) =>
        StatementHash == other.StatementHash && Tables.AsSpan().SequenceEqual(other.Tables);

    /// <summary>Whether both changed the same number of rows in the same tables, and ran the same statements.</summary>
    public bool HasSameShape(LoggedTransaction other)
    {
        if (StatementHash != other.StatementHash || Tables.Length != other.Tables.Length)
            return false;
        for (int i = 0; i < Tables.Length; i++)
        {
            if (!Tables[i].IsSameTable(other.Tables[i]) || Tables[i].RowCount != other.Tables[i].RowCount)
                return false;
        }

        return true;
    }

    /// <summary>What it did, in a few words.</summary>
    public string Describe()
    {
        if (IsEmpty)
            return "nothing";
        IEnumerable<string> tables = Tables.Select(t => t.RowCount == 1 ? $"1 row of {t}" : $"{t.RowCount} rows of {t}");
        return string.Join(", ", Statement == null ? tables : tables.Prepend($"the statement {Statement}"));
    }
}

/// <summary>One changed row of a transaction.</summary>
/// <param name="Map">Its table.</param>
/// <param name="Operation">What happened to it.</param>
/// <param name="Before">As it was; null for an insert.</param>
/// <param name="After">As it became; null for a delete, and where the log holds changes of JSON values only.</param>
internal sealed record LoggedRow(TableMap Map, RowOperation Operation, LoggedImage? Before, LoggedImage? After)
{
    /// <summary>Whether both say the same about all columns that both have.</summary>
    public bool IsSame(LoggedRow other) =>
        Operation == other.Operation && Map.Table == other.Map.Table && Map.Database == other.Map.Database
        && LoggedImage.AreCompatible(Before, other.Before) && LoggedImage.AreCompatible(After, other.After);
}

/// <summary>A row image and how it is laid out.</summary>
internal sealed record LoggedImage(RowLayout Layout, byte[] Bytes)
{
    /// <summary>Whether all columns that both images have are equal; an image that there is none of says nothing.</summary>
    public static bool AreCompatible(LoggedImage? a, LoggedImage? b)
    {
        if (a == null || b == null)
            return true;
        ValueRange[] ours = a.Locate(), theirs = b.Locate();
        for (int i = 0, j = 0; i < ours.Length && j < theirs.Length;)
        {
            int ordinal = a.Layout.Ordinals[i], other = b.Layout.Ordinals[j];
            if (ordinal == other && !IsSame(a.Layout.Columns[ordinal], ours[i], a.Bytes, b.Layout.Columns[other], theirs[j], b.Bytes))
                return false;
            if (ordinal <= other)
                i++;
            if (other <= ordinal)
                j++;
        }

        return true;
    }

    /// <summary>The values by column name; null stands for NULL, and a column that the image lacks is not there.</summary>
    public Dictionary<string, object?> Decode()
    {
        ValueRange[] ranges = Locate();
        var values = new Dictionary<string, object?>(ranges.Length, StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < ranges.Length; i++)
        {
            ColumnDefinition column = Layout.Columns[Layout.Ordinals[i]];
            values[column.Name] = ranges[i].IsNull ? null : ColumnValue.Decode(column, ranges[i].Of(Bytes));
        }

        return values;
    }

    private ValueRange[] Locate()
    {
        var ranges = new ValueRange[Layout.Ordinals.Length];
        Layout.Locate(Bytes, ranges);
        return ranges;
    }

    // The same value has other bytes where the column is of another width or character set on the other server.
    private static bool IsSame(ColumnDefinition a, ValueRange ra, byte[] ba, ColumnDefinition b, ValueRange rb, byte[] bb)
    {
        if (ra.IsNull || rb.IsNull)
            return ra.IsNull && rb.IsNull;
        if (a.Type == b.Type && ra.Of(ba).SequenceEqual(rb.Of(bb)))
            return true;
        object x = ColumnValue.Decode(a, ra.Of(ba)), y = ColumnValue.Decode(b, rb.Of(bb));
        if (x is byte[] bytes && y is byte[] others)
            return bytes.AsSpan().SequenceEqual(others);
        return string.Equals(
            Convert.ToString(x, CultureInfo.InvariantCulture), Convert.ToString(y, CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}

/// <summary>What a transaction did to one table.</summary>
/// <param name="Database">The database.</param>
/// <param name="Table">The table.</param>
/// <param name="Hash">Of the operations and row images in their order.</param>
/// <param name="RowCount">Rows changed.</param>
internal readonly record struct TableContent(string Database, string Table, ulong Hash, int RowCount)
{
    public TableName Name => new(Database, Table);

    public bool IsSameTable(in TableContent other) => Name == other.Name;

    public override string ToString() => Name.ToString();
}
