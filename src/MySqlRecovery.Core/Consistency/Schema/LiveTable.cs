using MySqlRecovery.Text;

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

    public string Comment { get; init; } = "";

    public List<LiveColumn> Columns { get; } = [];

    public List<LiveKey> Keys { get; } = [];

    /// <summary>Foreign keys by name: their definition.</summary>
    public SortedDictionary<string, string> ForeignKeys { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>CHECK constraints by name: their condition, without white space and backquotes.</summary>
    public SortedDictionary<string, string> Checks { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Partitions in their order: name, method and bound of each.</summary>
    public List<string> Partitions { get; } = [];

    public LiveColumn? Find(string column) => Columns.Find(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A column as a server's information_schema.COLUMNS has it.</summary>
internal sealed record LiveColumn
{
    public required string Name { get; init; }

    /// <summary>The base type in lower case, such as <c>int</c>.</summary>
    public required string DataType { get; init; }

    /// <summary>The type as SHOW CREATE TABLE writes it, such as <c>int(10) unsigned</c>.</summary>
    public required string ColumnType { get; init; }

    /// <summary>Null for types without one; <c>utf8</c> is given as <c>utf8mb3</c>.</summary>
    public string? CharacterSet { get; init; }

    /// <summary>Null for types without one; <c>utf8_...</c> is given as <c>utf8mb3_...</c>.</summary>
    public string? Collation { get; init; }

    public bool IsNullable { get; init; }

    /// <summary>The default as the server writes it; null for none.</summary>
    public string? Default { get; init; }

    /// <summary><c>auto_increment</c>, <c>on update CURRENT_TIMESTAMP</c>, <c>VIRTUAL GENERATED</c> ...</summary>
    public string Extra { get; init; } = "";

    /// <summary>The expression of a generated column; empty for others, and where the server does not tell (before 5.7).</summary>
    public string Expression { get; init; } = "";

    public string Comment { get; init; } = "";

    public bool IsGenerated => Expression.Length > 0 || Extra.Contains("GENERATED", StringComparison.OrdinalIgnoreCase)
        && !Extra.Contains("DEFAULT_GENERATED", StringComparison.OrdinalIgnoreCase);

    /// <summary>Computed when it is read.</summary>
    public bool IsVirtual => Extra.Contains("VIRTUAL", StringComparison.OrdinalIgnoreCase);

    /// <summary>Start or end of a row's life in a system-versioned table (MariaDB).</summary>
    public bool IsRowTime => Expression.StartsWith("ROW ", StringComparison.OrdinalIgnoreCase);

    public bool IsAutoIncrement => Extra.Contains("auto_increment", StringComparison.OrdinalIgnoreCase);

    public bool IsUnsigned => ColumnType.Contains(" unsigned", StringComparison.OrdinalIgnoreCase);

    public bool IsZerofill => ColumnType.Contains(" zerofill", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A key as information_schema.STATISTICS has it.</summary>
internal sealed record LiveKey
{
    public required string Name { get; init; }

    public bool IsUnique { get; init; }

    /// <summary>BTREE, HASH, FULLTEXT, SPATIAL ...</summary>
    public string IndexType { get; init; } = "";

    public bool IsVisible { get; init; } = true;

    public List<LiveKeyPart> Parts { get; init; } = [];

    public bool IsPrimary => Name == "PRIMARY";

    /// <summary>As in a table's definition, without the name.</summary>
    public string Definition =>
        $"{(IsPrimary ? "PRIMARY KEY" : IsUnique ? "UNIQUE KEY" : IndexType is "FULLTEXT" or "SPATIAL" ? IndexType + " KEY" : "KEY")} "
            + $"({string.Join(", ", Parts)})";
}

/// <summary>A part of a key.</summary>
/// <param name="Column">The column; null for an expression.</param>
/// <param name="PrefixLength">The leading characters or bytes that count; null for all.</param>
/// <param name="Expression">The expression of a functional part, or null.</param>
internal sealed record LiveKeyPart(string? Column, string? PrefixLength, string? Expression)
{
    public override string ToString() => Column == null ? $"({Expression})" : PrefixLength == null ? Column : $"{Column}({PrefixLength})";
}
