namespace MySqlRecovery.Consistency.Logs;

/// <summary>What a transaction did to one table.</summary>
/// <param name="Database">The database.</param>
/// <param name="Table">The table.</param>
/// <param name="Hash">Of the operations and row images in their order.</param>
/// <param name="RowCount">Rows changed.</param>
internal readonly record struct TableContent(string Database, string Table, ulong Hash, int RowCount)
{
    public bool IsSameTable(in TableContent other) => Table == other.Table && Database == other.Database;

    public override string ToString() => $"{Database}.{Table}";
}
