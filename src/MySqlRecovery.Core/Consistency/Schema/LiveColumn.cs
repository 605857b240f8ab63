using MySqlRecovery.Text;

namespace MySqlRecovery.Consistency.Schema;

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
