namespace MySqlRecovery.Binlog.Rows;

/// <summary>Knows tables beyond what the log says of them, and follows the log's statements.</summary>
internal interface ITableSchemaSource
{
    /// <summary>Adds names, keys and types to a table map that has just been read.</summary>
    void Complete(TableMap map);

    /// <summary>Takes a statement of the log in, which may change a table.</summary>
    void Observe(string statement, string database);
}
