namespace MySqlRecovery.Schema;

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
