namespace MySqlRecovery.Schema;

/// <summary>What a CREATE TABLE says.</summary>
internal sealed record CreateTableStatement
{
    public required TableSchema Table { get; init; }

    /// <summary>The table whose definition is taken over (LIKE); null: <see cref="Table"/> has it.</summary>
    public TableName? Like { get; init; }

    public bool IfNotExists { get; init; }
}
