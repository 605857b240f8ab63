using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>A key of a table. The index that InnoDB adds by itself for a foreign key is there only if the text has it.</summary>
internal sealed record KeySchema
{
    /// <summary>The name; PRIMARY for the primary key; as the server makes it up if the text names none.</summary>
    public required string Name { get; init; }

    public required KeyKind Kind { get; init; }

    public required IReadOnlyList<KeyPart> Parts { get; init; }

    public bool IsPrimary => Kind == KeyKind.Primary;

    /// <summary>Whether no two rows may agree in all parts; NULLs aside.</summary>
    public bool IsUnique => Kind is KeyKind.Primary or KeyKind.Unique;
}

/// <summary>The kinds of <see cref="KeySchema"/>.</summary>
internal enum KeyKind
{
    Index,
    Primary,
    Unique,
    Fulltext,
    Spatial,
    Vector,
}

/// <summary>A part of a key: a column, the beginning of one, or an expression.</summary>
/// <param name="Column">The column; null for an expression.</param>
/// <param name="PrefixLength">How many characters (bytes of a binary type) count; null: all.</param>
/// <param name="Expression">The text of a functional key part with its parentheses; null for a column.</param>
internal sealed record KeyPart(string? Column, uint? PrefixLength = null, string? Expression = null);

/// <summary>What happens to the child rows when the parent row goes or changes.</summary>
internal enum ReferentialAction
{
    /// <summary>It is refused; also if nothing is said.</summary>
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

/// <summary>A foreign key of the table that refers.</summary>
internal sealed record ForeignKeySchema
{
    /// <summary>The constraint's name, as InnoDB makes it up if the text names none.</summary>
    public required string Name { get; init; }

    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The parent; its database is the child's if the text says none.</summary>
    public required TableName ReferencedTable { get; init; }

    /// <summary>The parent's columns; empty if the text leaves them out (its primary key).</summary>
    public required IReadOnlyList<string> ReferencedColumns { get; init; }

    public ReferentialAction OnDelete { get; init; }

    public ReferentialAction OnUpdate { get; init; }
}
