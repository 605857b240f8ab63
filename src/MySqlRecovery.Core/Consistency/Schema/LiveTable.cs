using MySqlRecovery.Schema;

namespace MySqlRecovery.Consistency.Schema;

/// <summary>A table as a server's information_schema has it.</summary>
internal sealed record LiveTable
{
    public required TableName Name { get; init; }

    public string? Engine { get; init; }

    public string? RowFormat { get; init; }

    public string? Collation { get; init; }

    /// <summary>The next value of the counter; null for none.</summary>
    public ulong? AutoIncrement { get; init; }

    /// <summary>The server's estimate.</summary>
    public long EstimatedRows { get; init; }

    public List<LiveColumn> Columns { get; } = [];

    public List<LiveKey> Keys { get; } = [];

    /// <summary>Foreign keys by name: their definition.</summary>
    public SortedDictionary<string, string> ForeignKeys { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Partitions in their order: name, method and bound of each.</summary>
    public List<string> Partitions { get; } = [];

    public LiveColumn? Find(string column) => Columns.Find(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase));
}
