using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>Knows tables beyond what the log says of them, and follows the log's statements.</summary>
internal interface ITableSchemaSource
{
    /// <summary>Adds names, keys and types to a table map that has just been read.</summary>
    void Complete(TableMap map);

    /// <summary>
    /// Foreign keys through which deleting or updating rows of a table changes rows of others, with the referenced columns
    /// (empty: the primary key): before MySQL 9.6 and in MariaDB no log holds those changes.
    /// </summary>
    IEnumerable<(string Child, string[] ReferencedColumns)> FindCascades(TableMap parent, RowOperation operation);

    /// <summary>Takes a statement of the log in, which may change a table.</summary>
    void Observe(string statement, string database);
}
