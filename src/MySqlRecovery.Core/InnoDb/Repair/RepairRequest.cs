using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.Schema;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>One file to repair, and what is known of what it should become.</summary>
internal sealed record RepairRequest
{
    public required string Path { get; init; }

    /// <summary>A fresh .ibd file of the same table from the target instance, or null.</summary>
    public string? ReferencePath { get; init; }

    /// <summary>The id wanted, or null to take the reference's.</summary>
    public uint? SpaceId { get; init; }

    /// <summary>The possible layouts of clustered records by the table's definition, for files without SDI.</summary>
    public IReadOnlyList<RecordLayout> SchemaLayouts { get; init; } = [];

    /// <summary>The file is to be imported: its metadata is written beside it, and without a reference it keeps its ids.</summary>
    public bool WritesCfg { get; init; }

    /// <summary>The definition, which the .cfg file of a file without SDI needs; or null.</summary>
    public TableSchema? Schema { get; init; }

    /// <summary>Leave damaged pages as they are and repair the rest, instead of refusing the file.</summary>
    public bool SkipDamage { get; init; }

    /// <summary>Accept a file that a server seems to have open, and a reference with another table's name.</summary>
    public bool Force { get; init; }
}
