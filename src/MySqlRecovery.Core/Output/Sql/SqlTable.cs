using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Sql;

/// <summary>A table as SQL statements name it: prepared once, used for every row.</summary>
internal sealed class SqlTable
{
    private (RowLayout? Layout, byte[] Head) _insert;
    private (RowLayout? Layout, byte[] Head) _history;
    private byte[]? _deleteHead;

    private SqlTable(TableMap map, SqlForm form)
    {
        Map = map;
        Name = Encoding.UTF8.GetBytes(form.Renames.NameOf(map).Quoted);
        ChosenColumns = form.ChosenColumns(map);
        Key = [.. map.PrimaryKey.Where(ordinal => ordinal != map.RowEnd)];
        ColumnNames = Array.ConvertAll(map.Columns, c => Encoding.UTF8.GetBytes(SqlIdentifier.Quote(c.Name)));
        SelfUpdating = [.. Enumerable.Range(0, map.Columns.Length).Where(i =>
            !map.Columns[i].IsGenerated && MayUpdateItself(map.Columns[i]))];
    }

    public TableMap Map { get; }

    /// <summary>Indexes of the columns that a row is found by, in key order; empty where none is known.</summary>
    public int[] Key { get; }

    /// <summary>Database and table in backquotes.</summary>
    public byte[] Name { get; }

    /// <summary>Column names in backquotes.</summary>
    public byte[][] ColumnNames { get; }

    /// <summary>Ordinals of the columns that an update may change although it does not name them (ON UPDATE CURRENT_TIMESTAMP).</summary>
    public int[] SelfUpdating { get; }

    /// <summary>Which columns updates may set, by ordinal; null for all.</summary>
    public bool[]? ChosenColumns { get; }

    /// <summary>Prepares a table; fails where the columns' names or signs are not known or contradict the schema.</summary>
    public static SqlTable For(TableMap map, SqlForm form)
    {
        string table = $"{map.Database}.{map.Table}";
        if (map.SchemaProblem != null)
            throw new RecoveryException(
                "SchemaMismatch", RecoveryErrorKind.InvalidData, $"the schema of {table} is not that of the log: {map.SchemaProblem}",
                recommendedAction: "Give the CREATE TABLE statement as it was when the log was written.");
        if (!Array.TrueForAll(map.Columns, c => c.IsNameKnown))
            throw new RecoveryException(
                "ColumnNamesUnknown", RecoveryErrorKind.ObjectNotFound, $"the log does not name the columns of {table}",
                recommendedAction: "Give -SchemaPath a file with its CREATE TABLE (mysqldump --no-data --triggers) or -Connection a server "
                    + "that has it, "
                    + "or undo with Invoke-BinlogReverse, which needs no names; SET GLOBAL binlog_row_metadata=FULL has them logged.");
        return new SqlTable(map, form);
    }

    /// <summary>What has to be said of a table with triggers.</summary>
    public const string FiringTriggers =
        "its triggers fire when this script runs, and what they do is done a second time; an undo binlog does not fire them";

    /// <summary>What a script does otherwise than an undo binlog would, one line each.</summary>
    public static IEnumerable<string> Doubts(TableMap map)
    {
        if (map.HasTriggers)
            yield return FiringTriggers;
        if (map.RowEnd != null)
            yield return VersionedRow.NewHistory;
    }

    /// <summary>What a script's reader has to know of a table, in one line.</summary>
    public static string Describe(TableMap map, SqlForm form)
    {
        TableName name = form.Renames.NameOf(map);
        string alias = name == map.QualifiedName ? string.Empty : $" as {name}";
        string key = map.PrimaryKey.Length == 0 ? ", rows found by all columns" : string.Empty;
        string schema = map.HasSchema ? string.Empty : ", generated columns and triggers unknown (no schema given)";
        string triggers = map.HasTriggers ? $", HAS TRIGGERS: {FiringTriggers}" : string.Empty;
        string versions = map.RowEnd == null ? string.Empty : $", SYSTEM-VERSIONED: {VersionedRow.NewHistory}";
        return $"{map.QualifiedName}{alias}{key}{schema}{triggers}{versions}";
    }

    /// <summary>An INSERT of an image's columns up to its values.</summary>
    public ReadOnlySpan<byte> InsertHead(RowLayout layout)
    {
        if (_insert.Layout != layout)
            _insert = (layout, MakeInsertHead(layout, o => !Map.Columns[o].IsGenerated));
        return _insert.Head;
    }

    /// <summary>The same with the columns that say when a version of a row held.</summary>
    public ReadOnlySpan<byte> HistoryHead(RowLayout layout)
    {
        if (_history.Layout != layout)
            _history = (layout, MakeInsertHead(layout, o => !Map.Columns[o].IsGenerated || IsPeriod(o)));
        return _history.Head;
    }

    /// <summary>Whether a column says when a version of a row held.</summary>
    public bool IsPeriod(int ordinal) => ordinal == Map.RowStart || ordinal == Map.RowEnd;

    /// <summary>A DELETE by a key of one column up to the keys.</summary>
    public ReadOnlySpan<byte> DeleteHead()
    {
        if (_deleteHead == null)
        {
            using var head = new TextBuffer();
            head.Append("DELETE FROM "u8);
            head.Append(Name);
            head.Append(" WHERE "u8);
            head.Append(ColumnNames[Key[0]]);
            head.Append(" IN ("u8);
            _deleteHead = head.Written.ToArray();
        }

        return _deleteHead;
    }

    private byte[] MakeInsertHead(RowLayout layout, Func<int, bool> isWritten)
    {
        using var head = new TextBuffer();
        head.Append("INSERT INTO "u8);
        head.Append(Name);
        head.Append(" ("u8);
        int start = head.Length;
        foreach (int ordinal in layout.Ordinals.Where(isWritten))
        {
            if (head.Length > start)
                head.Append(", "u8);
            head.Append(ColumnNames[ordinal]);
        }

        head.Append(") VALUES "u8);
        return head.Written.ToArray();
    }

    private static bool MayUpdateItself(ColumnDefinition column) =>
        column.HasOnUpdateNow
            ?? column.Type is ColumnType.Timestamp or ColumnType.Timestamp2 or ColumnType.DateTime or ColumnType.DateTime2;
}
