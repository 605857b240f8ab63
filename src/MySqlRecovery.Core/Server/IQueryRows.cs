namespace MySqlRecovery.Server;

/// <summary>The rows of a query, one at a time and forward only. Dispose it before the next query.</summary>
internal interface IQueryRows : IDisposable
{
    IReadOnlyList<string> ColumnNames { get; }

    /// <summary>Goes to the next row; false behind the last one.</summary>
    bool Read();

    bool IsNull(int column);

    /// <summary>The value as the server writes it in text; null for NULL.</summary>
    string? GetString(int column);

    /// <summary>The value's bytes; of a text, its UTF-8 bytes; null for NULL.</summary>
    byte[]? GetBytes(int column);
}
