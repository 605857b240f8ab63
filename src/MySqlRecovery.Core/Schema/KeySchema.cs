namespace MySqlRecovery.Schema;

/// <summary>A key of a table. The index that InnoDB adds by itself for a foreign key is there only if the text has it.</summary>
internal sealed record KeySchema
{
    /// <summary>The name; PRIMARY for the primary key; as the server makes it up if the text names none.</summary>
    public required string Name { get; init; }

    public required KeyKind Kind { get; init; }

    public required IReadOnlyList<KeyPart> Parts { get; init; }

    public bool IsPrimary => Kind == KeyKind.Primary;

    /// <summary>Whether no two rows may agree in all parts; NULLs aside.</summary>
    public bool IsUnique => Kind is KeyKind.Primary or KeyKind.Unique;
}
