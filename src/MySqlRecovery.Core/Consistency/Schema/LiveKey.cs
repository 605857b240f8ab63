namespace MySqlRecovery.Consistency.Schema;

/// <summary>A key as information_schema.STATISTICS has it.</summary>
internal sealed record LiveKey
{
    public required string Name { get; init; }

    public bool IsUnique { get; init; }

    /// <summary>BTREE, HASH, FULLTEXT, SPATIAL ...</summary>
    public string IndexType { get; init; } = "";

    public bool IsVisible { get; init; } = true;

    public List<LiveKeyPart> Parts { get; init; } = [];

    public bool IsPrimary => Name == "PRIMARY";

    /// <summary>As in a table's definition, without the name.</summary>
    public string Definition =>
        $"{(IsPrimary ? "PRIMARY KEY" : IsUnique ? "UNIQUE KEY" : IndexType is "FULLTEXT" or "SPATIAL" ? IndexType + " KEY" : "KEY")} ({string.Join(", ", Parts)})";
}
