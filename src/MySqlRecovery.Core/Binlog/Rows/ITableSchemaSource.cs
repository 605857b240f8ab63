using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>Knows tables beyond what the log says of them, and follows the log's statements.</summary>
internal interface ITableSchemaSource
{
    /// <summary>Adds names, keys and types to a table map that has just been read.</summary>
    void Complete(TableMap map);

    /// <summary>Whether what <see cref="Complete"/> adds to a map at this place of the log is all that will ever be said of it: then rows
    /// may be told from one another by that, without being read.</summary>
    bool IsFinal(TableMap map) => false;

    /// <summary>The foreign keys that a table has, and those that refer to it.</summary>
    IEnumerable<TableReference> FindReferences(TableName table);

    /// <summary>
    /// Foreign keys through which deleting or updating rows of a table changes rows of others, with the referenced columns
    /// (empty: the primary key): before MySQL 9.6 and in MariaDB no log holds those changes.
    /// </summary>
    IEnumerable<(string Child, string[] ReferencedColumns)> FindCascades(TableMap parent, RowOperation operation) =>
        FindReferences(parent.QualifiedName).Where(r => r.CarriesOn(parent.QualifiedName, operation))
            .Select(r => (r.Child.ToString(), r.ReferencedColumns));

    /// <summary>Completes the maps of a table, too, that was not asked for.</summary>
    void Include(TableName table)
    {
    }

    /// <summary>Why there may be foreign keys to a table that <see cref="FindCascades"/> does not know; null where there are
    /// none.</summary>
    string? FindHiddenCascades(TableMap parent) => null;

    /// <summary>Why there may be foreign keys of other databases that <see cref="FindCascades"/> does not know; null where there
    /// are none.</summary>
    string? FindHiddenDatabases() => null;

    /// <summary>Takes a statement of the log in, which may change a table.</summary>
    /// <param name="statement">Its text.</param>
    /// <param name="database">The session's default database.</param>
    /// <param name="modes">The sql_mode under which it ran.</param>
    void Observe(string statement, string database, SqlModes modes);

    /// <summary>
    /// Whether a table is known to be one whose changes stay in it: no view, without triggers, and without foreign keys that
    /// change other tables along.
    /// </summary>
    bool IsSelfContained(string database, string table);
}
