namespace MySqlRecovery.Schema;

/// <summary>A table's name with its database.</summary>
/// <param name="Database">The database; null where none is known.</param>
/// <param name="Name">The table.</param>
internal readonly record struct TableName(string? Database, string Name)
{
    public override string ToString() => Database == null ? Name : $"{Database}.{Name}";
}
