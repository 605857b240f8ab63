namespace MySqlRecovery.Schema;

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
