using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>A table as its definition says it is, or the knowledge that its definition is not known.</summary>
internal sealed record TableSchema
{
    /// <summary>The database; null if the text names none: then the table stands for those of that name in any database.</summary>
    public required string? Database { get; init; }

    public required string Name { get; init; }

    /// <summary>
    /// The columns as the row images have them. For a table WITH SYSTEM VERSIONING that includes MariaDB's implicit
    /// <c>row_start</c> and <c>row_end</c>. Empty if <see cref="UnknownReason"/> is set.
    /// </summary>
    public IReadOnlyList<ColumnSchema> Columns { get; init; } = [];

    public IReadOnlyList<KeySchema> Keys { get; init; } = [];

    /// <summary>Whether the keys are all there are; where they are not, DDL may name others.</summary>
    public bool AreKeysKnown { get; init; } = true;

    public IReadOnlyList<ForeignKeySchema> ForeignKeys { get; init; } = [];

    public IReadOnlyList<TriggerSchema> Triggers { get; init; } = [];

    /// <summary>The storage engine as written; null if the text says none.</summary>
    public string? Engine { get; init; }

    /// <summary>ROW_FORMAT in upper case; null if the text says none.</summary>
    public string? RowFormat { get; init; }

    /// <summary>KEY_BLOCK_SIZE in KiB; null if the text says none.</summary>
    public uint? KeyBlockSize { get; init; }

    /// <summary>The default of the table's text columns, or else its database's; null if neither is said.</summary>
    public string? CharacterSet { get; init; }

    /// <summary>The default collation; null also stands for the default one of <see cref="CharacterSet"/>.</summary>
    public string? Collation { get; init; }

    public bool IsTemporary { get; init; }

    public bool IsPartitioned { get; init; }

    /// <summary>The column in which MariaDB keeps the start of a row's life, if the table is WITH SYSTEM VERSIONING; else null.</summary>
    public string? RowStartColumn { get; init; }

    /// <summary>The column in which MariaDB keeps the end of a row's life, if the table is WITH SYSTEM VERSIONING; else null.</summary>
    public string? RowEndColumn { get; init; }

    /// <summary>When a server last changed the definition (UTC, whole seconds); null where that is not known.</summary>
    public DateTime? ChangedAt { get; init; }

    /// <summary>Why the columns are not known, although the table is; null if they are.</summary>
    public string? UnknownReason { get; init; }

    public TableName QualifiedName => new(Database, Name);

    public KeySchema? PrimaryKey => Keys.FirstOrDefault(key => key.IsPrimary);

    /// <summary>The table under another name. InnoDB renames the constraints with it that have their name from the table.</summary>
    public TableSchema RenamedTo(TableName name)
    {
        string stem = Name + "_ibfk_";
        return this with { Database = name.Database, Name = name.Name, ForeignKeys = [.. ForeignKeys.Select(Renamed)] };

        ForeignKeySchema Renamed(ForeignKeySchema key) =>
            key.Name.StartsWith(stem, StringComparison.Ordinal) ? key with { Name = name.Name + key.Name[Name.Length..] } : key;
    }

    /// <summary>A table of which only the name is known.</summary>
    public static TableSchema Unknown(TableName name, string reason) =>
        new() { Database = name.Database, Name = name.Name, UnknownReason = reason };
}

/// <summary>A trigger of a table.</summary>
/// <param name="Name">Its name without the database.</param>
/// <param name="Timing">BEFORE or AFTER.</param>
/// <param name="Event">INSERT, UPDATE or DELETE; several joined by <c>,</c> for MariaDB 12's combined triggers.</param>
internal sealed record TriggerSchema(string Name, string Timing, string Event);
