using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>The table that a MariaDB sequence is: its changes are logged as rows of it (sql/sql_sequence.cc).</summary>
internal static class SequenceTable
{
    public static TableSchema Create(TableName name) => new()
    {
        Database = name.Database,
        Name = name.Name,
        Columns =
        [
            Column("next_not_cached_value"),
            Column("minimum_value"),
            Column("maximum_value"),
            Column("start_value"),
            Column("increment"),
            Column("cache_size") with { IsUnsigned = true },
            Column("cycle_option") with { DataType = "tinyint", IsUnsigned = true },
            Column("cycle_count"),
        ],
    };

    private static ColumnSchema Column(string name) => new() { Name = name, DataType = "bigint" };
}
