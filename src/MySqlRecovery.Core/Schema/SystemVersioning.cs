namespace MySqlRecovery.Schema;

/// <summary>What MariaDB adds to a table WITH SYSTEM VERSIONING without SHOW CREATE TABLE saying so.</summary>
internal static class SystemVersioning
{
    private const string RowStart = "row_start";
    private const string RowEnd = "row_end";

    /// <summary>
    /// Adds the two invisible columns at the end, unless the text has its own, and the end of the row's life to the unique
    /// keys, since table map events have both. Returns the names of the two; the start is null where the text has only the end.
    /// </summary>
    public static (string? Start, string End) Complete(
        List<ColumnSchema> columns, List<KeySchema> keys, string? ownRowStart, string? ownRowEnd)
    {
        if (ownRowEnd == null)
        {
            columns.Add(Implicit(RowStart));
            columns.Add(Implicit(RowEnd));
        }

        string? rowStart = ownRowEnd == null ? RowStart : ownRowStart;
        string rowEnd = ownRowEnd ?? RowEnd;
        for (int i = 0; i < keys.Count; i++)
        {
            if (keys[i].IsUnique && !keys[i].Parts.Any(part => string.Equals(part.Column, rowEnd, StringComparison.OrdinalIgnoreCase)))
                keys[i] = keys[i] with { Parts = [.. keys[i].Parts, new KeyPart(rowEnd)] };
        }

        return (rowStart, rowEnd);
    }

    /// <summary>Whether the column is one that the text does not list.</summary>
    public static bool IsImplicit(ColumnSchema column) => column is { IsGenerated: true, IsInvisible: true, Name: RowStart or RowEnd };

    private static ColumnSchema Implicit(string name) => new()
    {
        Name = name,
        DataType = "timestamp",
        Length = 6,
        IsGenerated = true,
        IsStored = true,
        IsInvisible = true,
    };
}
