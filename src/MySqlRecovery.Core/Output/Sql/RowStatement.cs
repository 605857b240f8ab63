using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Sql;

/// <summary>
/// Writes the statement that makes one row image of another. A row is found by the primary key where one is known, by the
/// exact bytes of all its columns and LIMIT 1 otherwise.
/// </summary>
internal sealed class RowStatement(TextBuffer sql)
{
    private ValueRange[] _from = [];
    private ValueRange[] _to = [];
    private readonly List<int> _changed = [];

    /// <summary>Whether the statement stores an ENUM's index 0, which strict modes refuse.</summary>
    public bool NeedsLenientMode { get; private set; }

    /// <summary>The first column whose value SQL cannot make, or null.</summary>
    public string? InexpressibleColumn { get; private set; }

    /// <summary>Writes an INSERT of an image.</summary>
    [MethodImpl(Jit.Hot)]
    public void WriteInsert(SqlTable table, RowLayout layout, ReadOnlySpan<byte> image)
    {
        Begin(layout, image, ref _to);
        sql.Append(table.InsertHead(layout));
        WriteValues(table, layout, image);
        sql.Append((byte)';');
    }

    /// <summary>Writes an INSERT of a version that a system-versioned table had of a row, with the time in which it held.</summary>
    public void WriteHistory(SqlTable table, RowLayout layout, ReadOnlySpan<byte> image)
    {
        Begin(layout, image, ref _to);
        sql.Append("SET STATEMENT system_versioning_insert_history = 1 FOR "u8);
        sql.Append(table.HistoryHead(layout));
        WriteValues(table, layout, image, isHistory: true);
        sql.Append((byte)';');
    }

    /// <summary>
    /// Writes a row as one of several of a statement: the values of an insert in parentheses, the key of a delete. False, and
    /// nothing written, where a delete finds its row by anything else than one integer.
    /// </summary>
    [MethodImpl(Jit.Hot)]
    public bool WriteOneOfSeveral(SqlTable table, RowOperation operation, RowLayout layout, ReadOnlySpan<byte> image)
    {
        if (operation == RowOperation.Insert)
        {
            Begin(layout, image, ref _to);
            WriteValues(table, layout, image);
            return true;
        }

        // Values of other types may be written in several ways, and a list of them is compared otherwise than one.
        int[] key = table.Key;
        if (key.Length != 1 || layout.IndexOf(key[0]) < 0 || table.Map.Columns[key[0]].Type is not
            (ColumnType.Tiny or ColumnType.Short or ColumnType.Int24 or ColumnType.Long or ColumnType.LongLong))
            return false;
        Begin(layout, image, ref _from);
        ValueRange range = _from[layout.IndexOf(key[0])];
        if (range.IsNull)
            return false;
        SqlLiteral.Write(table.Map.Columns[key[0]], range.Of(image), sql);
        return true;
    }

    /// <summary>Writes a DELETE of the row that has an image.</summary>
    [MethodImpl(Jit.Hot)]
    public void WriteDelete(SqlTable table, RowLayout layout, ReadOnlySpan<byte> image)
    {
        Begin(layout, image, ref _from);
        sql.Append("DELETE FROM "u8);
        sql.Append(table.Name);
        WriteWhere(table, layout, image);
    }

    /// <summary>Writes an UPDATE of the columns that differ and may be set; false, and nothing written, where none does.</summary>
    [MethodImpl(Jit.Hot)]
    public bool WriteUpdate(
        SqlTable table, RowLayout fromLayout, ReadOnlySpan<byte> from, RowLayout toLayout, ReadOnlySpan<byte> to)
    {
        Begin(fromLayout, from, ref _from);
        Begin(toLayout, to, ref _to);
        int start = sql.Length;
        sql.Append("UPDATE "u8);
        sql.Append(table.Name);
        sql.Append(" SET "u8);
        bool first = true;
        _changed.Clear();
        RowDecoder.FindChanged(fromLayout, _from, from, toLayout, _to, to, _changed);
        foreach (int ordinal in _changed)
        {
            ColumnDefinition column = table.Map.Columns[ordinal];
            if (column.IsGenerated || table.ChosenColumns?[ordinal] == false)
                continue;
            Separate(ref first, ", "u8);
            sql.Append(table.ColumnNames[ordinal]);
            sql.Append(" = "u8);
            WriteStored(column, _to[toLayout.IndexOf(ordinal)], to);
        }

        if (first)
        {
            sql.Truncate(start);
            return false;
        }

        KeepTimestamps(table);
        WriteWhere(table, fromLayout, from);
        return true;
    }

    /// <summary>Writes the condition that a row has an image, byte by byte in all columns that are not generated.</summary>
    public void WriteExactCondition(SqlTable table, RowLayout layout, ReadOnlySpan<byte> image)
    {
        Begin(layout, image, ref _from);
        bool first = true;
        foreach (int ordinal in layout.Ordinals)
        {
            ColumnDefinition column = table.Map.Columns[ordinal];
            if (column.IsGenerated)
                continue;
            Separate(ref first, " AND "u8);
            WriteExactCondition(table.ColumnNames[ordinal], column, _from[layout.IndexOf(ordinal)], image);
        }
    }

    [MethodImpl(Jit.Hot)]
    private void WriteValues(SqlTable table, RowLayout layout, ReadOnlySpan<byte> image, bool isHistory = false)
    {
        sql.Append((byte)'(');
        bool first = true;
        for (int i = 0; i < layout.Ordinals.Length; i++)
        {
            ColumnDefinition column = table.Map.Columns[layout.Ordinals[i]];
            if (column.IsGenerated && !(isHistory && table.IsPeriod(layout.Ordinals[i])))
                continue;
            Separate(ref first, ", "u8);
            WriteStored(column, _to[i], image);
        }

        sql.Append((byte)')');
    }

    // A column with ON UPDATE CURRENT_TIMESTAMP stays as it is only if the statement names it.
    [MethodImpl(Jit.Hot)]
    private void KeepTimestamps(SqlTable table)
    {
        foreach (int ordinal in table.SelfUpdating)
        {
            if (_changed.Contains(ordinal) && table.ChosenColumns?[ordinal] != false)
                continue;
            sql.Append(", "u8);
            sql.Append(table.ColumnNames[ordinal]);
            sql.Append(" = "u8);
            sql.Append(table.ColumnNames[ordinal]);
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Begin(RowLayout layout, ReadOnlySpan<byte> image, ref ValueRange[] ranges)
    {
        NeedsLenientMode = false;
        InexpressibleColumn = null;
        if (ranges.Length < layout.Ordinals.Length)
            ranges = new ValueRange[layout.Columns.Length];
        layout.Locate(image, ranges);
    }

    [MethodImpl(Jit.Hot)]
    private void WriteWhere(SqlTable table, RowLayout layout, ReadOnlySpan<byte> image)
    {
        sql.Append(" WHERE "u8);
        int[] key = table.Key;
        bool byKey = key.Length > 0 && HasAll(layout, key);
        bool first = true;
        foreach (int ordinal in byKey ? key : layout.Ordinals)
        {
            ColumnDefinition column = table.Map.Columns[ordinal];
            if (!byKey && column.IsGenerated)
                continue;
            Separate(ref first, " AND "u8);
            ValueRange range = _from[layout.IndexOf(ordinal)];
            if (byKey && !range.IsNull && column.Type is not (ColumnType.Json or ColumnType.Geometry))
                WriteKeyCondition(table.ColumnNames[ordinal], column, range.Of(image));
            else
                WriteExactCondition(table.ColumnNames[ordinal], column, range, image);
        }

        sql.Append(byKey ? ";"u8 : " LIMIT 1;"u8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasAll(RowLayout layout, int[] ordinals)
    {
        foreach (int ordinal in ordinals)
        {
            if (layout.IndexOf(ordinal) < 0)
                return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<byte> ValueOf(ColumnDefinition column, ValueRange range, ReadOnlySpan<byte> image) =>
        CompressedColumn.IsCompressed(column.Type) ? CompressedColumn.Expand(range.Of(image)) : range.Of(image);

    [MethodImpl(Jit.Hot)]
    private void WriteKeyCondition(byte[] name, ColumnDefinition column, ReadOnlySpan<byte> value)
    {
        sql.Append(name);
        sql.Append(" = "u8);
        SqlLiteral.Write(column, value, sql);
    }

    // A comparison of the column itself would go by its collation, or by the number in JSON: other rows would be equal too.
    [MethodImpl(Jit.Hot)]
    private void WriteExactCondition(byte[] name, ColumnDefinition column, ValueRange range, ReadOnlySpan<byte> image)
    {
        if (column.Type is ColumnType.Float or ColumnType.Double && !range.IsNull && IsZero(range.Of(image)))
        {
            WriteZeroCondition(name, range.Of(image));
            return;
        }

        bool byBytes = !range.IsNull && (column.Type is ColumnType.Geometry or ColumnType.Vector or ColumnType.Json
            || (column.IsCharacter && column.CharacterSet is not { IsBinary: true }));
        if (byBytes)
            sql.Append("CAST("u8);
        sql.Append(name);
        if (byBytes)
            sql.Append(" AS BINARY)"u8);
        if (range.IsNull)
        {
            sql.Append(" IS NULL"u8);
            return;
        }

        sql.Append(" = "u8);
        ReadOnlySpan<byte> value = ValueOf(column, range, image);
        if (column.Type is ColumnType.Geometry or ColumnType.Vector)
            SqlLiteral.WriteHex(value, sql);
        else if (column.Type == ColumnType.Json)
            JsonSql.WriteText(value, sql);
        else if (byBytes)
            SqlLiteral.WriteBytes(column, value, sql);
        else
            SqlLiteral.Write(column, value, sql);
    }

    private static bool IsZero(ReadOnlySpan<byte> real) => (real[^1] & 0x7F) == 0 && !real[..^1].ContainsAnyExcept((byte)0);

    // The two zeros are equal, but they are stored and printed with their signs. A comparison of the column itself would
    // let the optimizer put the constant in its place everywhere in the condition.
    private void WriteZeroCondition(byte[] name, ReadOnlySpan<byte> zero)
    {
        sql.Append("ABS("u8);
        sql.Append(name);
        sql.Append(") = 0 AND LEFT("u8);
        sql.Append(name);
        sql.Append(zero[^1] == 0 ? ", 1) <> '-'"u8 : ", 1) = '-'"u8);
    }

    [MethodImpl(Jit.Hot)]
    private void WriteStored(ColumnDefinition column, ValueRange range, ReadOnlySpan<byte> image)
    {
        if (range.IsNull)
        {
            sql.Append("NULL"u8);
            return;
        }

        ReadOnlySpan<byte> value = ValueOf(column, range, image);
        NeedsLenientMode |= column.Type == ColumnType.Enum && ColumnValue.ReadLittleEndian(value) == 0;
        if (column.Type == ColumnType.Json && !JsonSql.IsExpressible(value))
            InexpressibleColumn ??= column.Name;
        SqlLiteral.Write(column, value, sql);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Separate(ref bool first, ReadOnlySpan<byte> separator)
    {
        sql.HandOn();
        if (!first)
            sql.Append(separator);
        first = false;
    }
}
