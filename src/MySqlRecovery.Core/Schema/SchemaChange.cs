using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>What a statement did to the schema.</summary>
/// <param name="Kind">The kind of change.</param>
/// <param name="Tables">
/// The tables concerned, as the statement names them; for renames the old and the new name of each; for DROP DATABASE the
/// tables of it that were known.
/// </param>
internal sealed record SchemaChange(SchemaChangeKind Kind, IReadOnlyList<TableName> Tables)
{
    /// <summary>No change.</summary>
    public static SchemaChange None { get; } = new(SchemaChangeKind.None, []);

    /// <summary>The database of DROP DATABASE, else null.</summary>
    public string? DroppedDatabase { get; init; }

    /// <summary>Whether rows go, come or change places with it: those of partitions, of a tablespace, of a table that is
    /// replaced.</summary>
    public bool MovesRows { get; init; }

    /// <summary>Whether the columns of an altered table stay what and where they are.</summary>
    public bool KeepsColumns { get; init; }

    /// <summary>Whether a new table is filled by a query (CREATE TABLE ... SELECT).</summary>
    public bool FillsTable { get; init; }

    /// <summary>The character set that CONVERT TO gives all text columns; null where the statement has none.</summary>
    public string? ConvertedTo { get; init; }

    /// <summary>The tables that get another name, in the order in which they get it.</summary>
    /// <param name="database">The session's default database.</param>
    public IEnumerable<(TableName Old, TableName New)> Renames(string database)
    {
        if (Kind != SchemaChangeKind.Rename && (Kind != SchemaChangeKind.Alter || MovesRows))
            yield break;
        for (int i = 0; i + 1 < Tables.Count; i += 2)
            yield return (Named(Tables[i]), Named(Tables[i + 1]));

        TableName Named(TableName name) => name.Database == null ? name with { Database = database } : name;
    }

    /// <summary>The name of a table after it, told from its name before to the letter.</summary>
    public TableName NameAfter(TableName name, string database) =>
        Renames(database).Aggregate(name, (last, rename) => rename.Old == last ? rename.New : last);
}

/// <summary>What a statement does to the schema.</summary>
internal enum SchemaChangeKind
{
    /// <summary>Nothing: it is not DDL.</summary>
    None,

    /// <summary>Creates tables.</summary>
    Create,

    /// <summary>Changes a table, its indexes or triggers.</summary>
    Alter,

    /// <summary>Renames tables.</summary>
    Rename,

    /// <summary>Drops tables or a whole database.</summary>
    Drop,

    /// <summary>Empties a table.</summary>
    Truncate,

    /// <summary>Is DDL about something else than tables that last: views, routines, users, databases, temporary tables.</summary>
    Other,
}
