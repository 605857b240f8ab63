using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>The SQL for rows of which there is no image, but the values that a server gave.</summary>
internal static class PackedStatements
{
    /// <summary>Writes the statement that deletes, updates or inserts a row.</summary>
    public static void Write(SqlOutput output, RestoreTable table, RowOperation operation, StoredRow? from, StoredRow? to)
    {
        int[] written = operation switch
        {
            RowOperation.Insert => table.Compared,
            RowOperation.Update => [.. table.Compared.Where(c => !from!.IsSame(to!, c))],
            _ => [],
        };

        // Only a server that was not strict has taken index 0 of an ENUM.
        bool isLenient = Array.Exists(
            written,
            c => table.Map.Columns[c].Type == ColumnType.Enum && to!.Values[c] is { } value && value.AsSpan().SequenceEqual("0"u8));
        using var sql = new TextBuffer();
        if (isLenient)
            sql.Append(SqlScriptWriter.LenientMode);
        switch (operation)
        {
            case RowOperation.Delete:
                sql.Append($"DELETE FROM {table.FullName} WHERE ");
                WriteCondition(table, from!, sql);
                sql.Append(" LIMIT 1;"u8);
                break;
            case RowOperation.Update:
                sql.Append($"UPDATE {table.FullName} SET ");
                WriteList(written, sql, c => WriteAssignment(table, to!, c, sql));
                sql.Append(" WHERE "u8);
                WriteCondition(table, from!, sql);
                sql.Append(" LIMIT 1;"u8);
                break;
            default:
                sql.Append($"INSERT INTO {table.FullName} ({string.Join(", ", written.Select(table.NameOf))}) VALUES (");
                WriteList(written, sql, c => StoredValue.WriteLiteral(table.Map.Columns[c], to!.Values[c], sql));
                sql.Append(");"u8);
                break;
        }

        if (isLenient)
            sql.Append(SqlScriptWriter.StrictMode);
        output.Statement(sql.Written);
    }

    /// <summary>The condition that a row has the values of all columns that are not generated, byte by byte.</summary>
    public static void WriteExactCondition(RestoreTable table, StoredRow row, TextBuffer sql)
    {
        for (int i = 0; i < table.Compared.Length; i++)
        {
            int column = table.Compared[i];
            if (i > 0)
                sql.Append(" AND "u8);
            if (row.Values[column] is not { } value)
            {
                sql.Append($"{table.NameOf(column)} IS NULL");
            }
            else if (table.Map.Columns[column].Type is ColumnType.Float or ColumnType.Double)
            {
                sql.Append($"{table.NameOf(column)} * 1e0 = ");
                StoredValue.WriteLiteral(table.Map.Columns[column], value, sql);
            }
            else
            {
                sql.Append($"CAST({table.Expression(column)} AS BINARY) = ");
                SqlLiteral.WriteHex(value, sql);
            }
        }
    }

    private static void WriteCondition(RestoreTable table, StoredRow row, TextBuffer sql)
    {
        if (table.Key.Length == 0)
            WriteExactCondition(table, row, sql);
        else
            WriteList(table.Key, sql, c => WriteAssignment(table, row, c, sql), " AND ");
    }

    private static void WriteAssignment(RestoreTable table, StoredRow row, int column, TextBuffer sql)
    {
        sql.Append($"{table.NameOf(column)} = ");
        StoredValue.WriteLiteral(table.Map.Columns[column], row.Values[column], sql);
    }

    private static void WriteList(int[] columns, TextBuffer sql, Action<int> write, string separator = ", ")
    {
        for (int i = 0; i < columns.Length; i++)
        {
            if (i > 0)
                sql.Append(separator);
            write(columns[i]);
        }
    }
}
