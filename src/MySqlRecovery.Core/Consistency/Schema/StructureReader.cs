using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Schema;

/// <summary>Reads the tables of a server with a handful of questions to information_schema, whatever their number.</summary>
internal sealed class StructureReader(ComparedServer server, TableFilter? filter, CancellationToken token)
{
    /// <summary>The databases that belong to the server itself.</summary>
    public const string SystemDatabases = "'mysql', 'information_schema', 'performance_schema', 'sys'";

    private readonly SortedDictionary<TableName, LiveTable> _tables = new(Comparer<TableName>.Create(TablePairs.Order));

    /// <summary>The tables by name, with columns and keys; views and sequences are not among them.</summary>
    /// <exception cref="Model.RecoveryException">The server refuses or is gone.</exception>
    public SortedDictionary<TableName, LiveTable> Read()
    {
        // 8.0 keeps statistics of tables, AUTO_INCREMENT among them, for a day.
        if (server.IsMySql(8, 0))
            server.Client.Execute("SET SESSION information_schema_stats_expiry = 0", token);
        ReadTables();
        ReadColumns();
        ReadKeys();
        return _tables;
    }

    /// <summary>Adds foreign keys and partitions to what <see cref="Read"/> gave.</summary>
    public void ReadDetails()
    {
        ReadForeignKeys();
        ReadPartitions();
        if (server.HasChecks)
            ReadChecks();
    }

    private void ReadTables()
    {
        const string Sql = "SELECT TABLE_SCHEMA, TABLE_NAME, ENGINE, ROW_FORMAT, TABLE_COLLATION, AUTO_INCREMENT, TABLE_ROWS, TABLE_COMMENT"
            + " FROM information_schema.TABLES WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND TABLE_SCHEMA NOT IN ("
                + SystemDatabases + ")";
        foreach (string?[] row in server.Client.QueryAll(Sql, token))
        {
            if (filter?.IsMatch(row[0]!, row[1]!) == false)
                continue;
            var name = new TableName(row[0], row[1]!);
            _tables.Add(name, new LiveTable
            {
                Name = name,
                Engine = row[2],
                RowFormat = row[3],
                Collation = CurrentCharacterSet(row[4]),
                AutoIncrement = row[5] == null ? null : ulong.Parse(row[5]!, CultureInfo.InvariantCulture),
                EstimatedRows = row[6] == null ? 0 : long.Parse(row[6]!, CultureInfo.InvariantCulture),
                Comment = row[7] ?? "",
            });
        }
    }

    private void ReadColumns()
    {
        string expression = server.IsMySql(5, 7) || server.IsMariaDb && server.Version.IsAtLeast(10, 2, 5)
            ? "GENERATION_EXPRESSION" : "''";
        foreach ((LiveTable table, string?[] row) in Rows(
            "COLUMNS", $"COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, CHARACTER_SET_NAME, COLLATION_NAME, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, "
                + $"{expression}, COLUMN_COMMENT", "ORDINAL_POSITION"))
        {
            table.Columns.Add(new LiveColumn
            {
                Name = row[2]!,
                DataType = row[3]!.ToLowerInvariant(),
                ColumnType = row[4]!,
                CharacterSet = CurrentCharacterSet(row[5]),
                Collation = CurrentCharacterSet(row[6]),
                IsNullable = row[7] == "YES",
                Default = row[8],
                Extra = row[9] ?? "",
                Expression = row[10] ?? "",
                Comment = row[11] ?? "",
            });
        }
    }

    private void ReadKeys()
    {
        string expression = server.IsMySql(8, 0, 13) ? "EXPRESSION" : "NULL";
        string visible = server.IsMySql(8, 0) ? "IS_VISIBLE" : "'YES'";
        foreach ((LiveTable table, string?[] row) in Rows(
            "STATISTICS", $"INDEX_NAME, NON_UNIQUE, INDEX_TYPE, COLUMN_NAME, SUB_PART, {expression}, {visible}",
            "INDEX_NAME, SEQ_IN_INDEX"))
        {
            if (table.Keys.Count == 0 || table.Keys[^1].Name != row[2])
                table.Keys.Add(new LiveKey { Name = row[2]!, IsUnique = row[3] == "0", IndexType = row[4]!, IsVisible = row[8] == "YES" });
            table.Keys[^1].Parts.Add(new LiveKeyPart(row[5], row[6], row[7]));
        }
    }

    private void ReadForeignKeys()
    {
        const string Sql = "SELECT k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME,"
            + " GROUP_CONCAT(k.COLUMN_NAME ORDER BY k.ORDINAL_POSITION SEPARATOR ', '), k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME,"
            + " GROUP_CONCAT(k.REFERENCED_COLUMN_NAME ORDER BY k.ORDINAL_POSITION SEPARATOR ', '), r.UPDATE_RULE, r.DELETE_RULE"
            + " FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r"
            + " ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME"
            + " WHERE k.REFERENCED_TABLE_NAME IS NOT NULL"
            + " GROUP BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, "
            + "r.UPDATE_RULE, r.DELETE_RULE";
        foreach (string?[] row in server.Client.QueryAll(Sql, token))
        {
            if (_tables.TryGetValue(new TableName(row[0], row[1]!), out LiveTable? table))
                table.ForeignKeys[row[2]!] =
                    $"({row[3]}) REFERENCES {row[4]}.{row[5]} ({row[6]}) ON UPDATE {Rule(row[7]!)} ON DELETE {Rule(row[8]!)}";
        }
    }

    private void ReadPartitions()
    {
        foreach ((LiveTable table, string?[] row) in Rows(
            "PARTITIONS", "PARTITION_NAME, PARTITION_METHOD, PARTITION_EXPRESSION, PARTITION_DESCRIPTION, SUBPARTITION_NAME",
            "PARTITION_ORDINAL_POSITION, SUBPARTITION_ORDINAL_POSITION"))
        {
            if (row[2] != null)
                table.Partitions.Add(
                    $"{row[2]}{(row[6] == null ? "" : "/" + row[6])} {row[3]} "
                        + $"({row[4]?.Replace("`", "", StringComparison.Ordinal)}) {row[5]}".TrimEnd());
        }
    }

    private void ReadChecks()
    {
        string sql = server.IsMariaDb
            ? "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE, 'YES' FROM information_schema.CHECK_CONSTRAINTS"
            : "SELECT t.TABLE_SCHEMA, t.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE, t.ENFORCED"
                + " FROM information_schema.CHECK_CONSTRAINTS c JOIN information_schema.TABLE_CONSTRAINTS t"
                + " ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA"
                + " AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME AND t.CONSTRAINT_TYPE = 'CHECK'";
        foreach (string?[] row in server.Client.QueryAll(sql, token))
        {
            if (_tables.TryGetValue(new TableName(row[0], row[1]!), out LiveTable? table))
                table.Checks[row[2]!] = $"({string.Concat(row[3]!.Where(c => c != '`' && !char.IsWhiteSpace(c)))})"
                    + (row[4] == "NO" ? " NOT ENFORCED" : "");
        }
    }

    private IEnumerable<(LiveTable Table, string?[] Row)> Rows(string view, string columns, string order)
    {
        string sql = $"SELECT TABLE_SCHEMA, TABLE_NAME, {columns} FROM information_schema.{view}"
            + $" WHERE TABLE_SCHEMA NOT IN ({SystemDatabases}) ORDER BY TABLE_SCHEMA, TABLE_NAME, {order}";
        foreach (string?[] row in server.Client.QueryAll(sql, token))
        {
            if (_tables.TryGetValue(new TableName(row[0], row[1]!), out LiveTable? table))
                yield return (table, row);
        }
    }

    // InnoDB does the same for both, and the servers say now this, now that.
    private static string Rule(string rule) => rule == "NO ACTION" ? "RESTRICT" : rule;

    // 8.0.30 and MariaDB 10.6 call utf8 by its real name.
    private static string? CurrentCharacterSet(string? name) =>
        name == "utf8" ? "utf8mb3" : name?.StartsWith("utf8_", StringComparison.Ordinal) == true ? "utf8mb3_" + name[5..] : name;
}
