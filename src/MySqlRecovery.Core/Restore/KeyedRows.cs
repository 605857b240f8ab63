using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>Reads rows of a table by the values of some columns, in one query for many.</summary>
/// <param name="client">The server.</param>
/// <param name="stop">Cancels.</param>
internal sealed class KeyedRows(IQueryClient client, CancellationToken stop) : IDisposable
{
    /// <summary>Single conditions joined by UNION ALL; servers limit the tables of a query to 61 a SELECT, not those of a union.</summary>
    private const int UnionLength = 100;

    private readonly TextBuffer _sql = new();
    private readonly TextBuffer _scratch = new();

    /// <summary>The row of each key, null where there is none.</summary>
    /// <param name="table">The table; it has a key.</param>
    /// <param name="keys">Rows of the log that have the keys.</param>
    /// <param name="locks">Whether to lock them for update.</param>
    public StoredRow?[] Read(RestoreTable table, IReadOnlyList<StoredRow> keys, bool locks)
    {
        var found = new StoredRow?[keys.Count];
        if (keys.Count == 0)
            return found;
        var byKey = new Dictionary<UInt128, StoredRow>();
        foreach (StoredRow row in Select(table, Condition(table, table.Key, keys), locks, table.KeyIndex))
            byKey[row.Hash(table.Key)] = row;
        var missed = new List<int>();
        for (int i = 0; i < found.Length; i++)
        {
            if (!byKey.TryGetValue(keys[i].Hash(table.Key), out found[i]))
                missed.Add(i);
        }

        // The server takes other letters or a float's other zero for the same key: it alone can tell.
        bool isLoose = table.Key.Any(o => table.IsTextual(o) || table.Map.Columns[o].Type is ColumnType.Float or ColumnType.Double);
        if (byKey.Count == 0 || !isLoose)
            return found;
        foreach (int[] part in missed.Chunk(UnionLength))
        {
            string from = $"{table.Columns} FROM {table.FullName}{Hint(table.KeyIndex)} WHERE";
            string sql = string.Join(
                " UNION ALL ", part.Select(i => $"(SELECT {i}, {from} {Condition(table, table.Key, [keys[i]])})"));
            using IQueryRows rows = client.Query(sql, stop);
            var budget = NewBudget();
            while (rows.Read())
            {
                budget.AddRow();
                found[int.Parse(rows.GetString(0)!, System.Globalization.CultureInfo.InvariantCulture)] = ReadRow(table, rows, 1, budget);
            }
        }

        return found;
    }

    /// <summary>What the answer to a question about the rows of a batch may have.</summary>
    public AnswerBudget NewBudget() =>
        new(client.Server) { Advice = "If the rows are that large, have fewer of them looked at together: -BatchSize." };

    /// <summary>The rows that satisfy a condition.</summary>
    public List<StoredRow> Select(RestoreTable table, string condition, bool locks, string? index = null)
    {
        using IQueryRows rows = client.Query(
            $"SELECT {table.Columns} FROM {table.FullName}{Hint(index)} WHERE {condition}{(locks ? " FOR UPDATE" : "")}", stop);
        var found = new List<StoredRow>();
        var budget = NewBudget();
        while (rows.Read())
        {
            budget.AddRow();
            found.Add(ReadRow(table, rows, 0, budget));
        }

        return found;
    }

    /// <summary>The condition that some columns have the values of any of the rows. One key of numbers is a list.</summary>
    public string Condition(RestoreTable table, int[] columns, IReadOnlyList<StoredRow> rows)
    {
        _sql.Clear();
        if (columns.Length == 1 && !table.IsTextual(columns[0]) && rows.All(r => r.Values[columns[0]] != null))
        {
            _sql.Append($"{table.NameOf(columns[0])} IN (");
            for (int i = 0; i < rows.Count; i++)
            {
                if (i > 0)
                    _sql.Append(", "u8);
                WriteLiteral(rows[i], columns[0]);
            }

            _sql.Append((byte)')');
            return _sql.ToString();
        }

        for (int i = 0; i < rows.Count; i++)
        {
            _sql.Append(i > 0 ? " OR ("u8 : "("u8);
            for (int c = 0; c < columns.Length; c++)
            {
                if (c > 0)
                    _sql.Append(" AND "u8);
                _sql.Append(table.NameOf(columns[c]));
                _sql.Append(" = "u8);
                WriteLiteral(rows[i], columns[c]);
            }

            _sql.Append((byte)')');
        }

        return _sql.ToString();
    }

    /// <summary>Has the server look rows up by an index, and lock no others.</summary>
    public static string Hint(string? index) => index == null ? "" : $" FORCE INDEX ({SqlIdentifier.Quote(index)})";

    /// <summary>The literals of some columns.</summary>
    public string[] Literals(StoredRow row, IEnumerable<int> columns)
    {
        return [.. columns.Select(c =>
        {
            _sql.Clear();
            WriteLiteral(row, c);
            return _sql.ToString();
        })];
    }

    public void Dispose()
    {
        _sql.Dispose();
        _scratch.Dispose();
    }

    private void WriteLiteral(StoredRow row, int ordinal)
    {
        if (row.Image == null)
        {
            StoredValue.WriteLiteral(row.Map.Columns[ordinal], row.Values[ordinal], _sql);
            return;
        }

        ReadOnlySpan<byte> value = row.ImageValue(ordinal, out bool isNull);
        ColumnDefinition column = row.Map.Columns[ordinal];
        if (isNull)
            _sql.Append("NULL"u8);
        else
            SqlLiteral.Write(column, CompressedColumn.IsCompressed(column.Type) ? CompressedColumn.Expand(value) : value, _sql);
    }

    private StoredRow ReadRow(RestoreTable table, IQueryRows rows, int first, AnswerBudget budget)
    {
        var values = new byte[]?[table.Map.Columns.Length];
        for (int i = 0; i < values.Length; i++)
        {
            byte[]? value = budget.Take(rows.GetBytes(first + i));
            values[i] = value == null ? null : StoredValue.OfServer(table.Map.Columns[i], value, _scratch);
        }

        return StoredRow.OfServer(table.Map, values);
    }
}
