namespace MySqlRecovery.Model;

/// <summary>What <c>Repair-IbdSpaceId</c> did with one file.</summary>
public sealed class IbdRepairResult
{
    /// <summary>The file that was read.</summary>
    public string Path { get; set; } = "";

    /// <summary>The file that was written; the same as <see cref="Path"/> with -InPlace.</summary>
    public string Destination { get; set; } = "";

    /// <summary>Database and table.</summary>
    public string Table { get; set; } = "";

    /// <summary>The tablespace id that the file had.</summary>
    public uint OldSpaceId { get; set; }

    /// <summary>The tablespace id that it has now.</summary>
    public uint NewSpaceId { get; set; }

    /// <summary>Pages in the file.</summary>
    public long PageCount { get; set; }

    /// <summary>Pages of which at least one byte differs.</summary>
    public long PagesChanged { get; set; }

    /// <summary>Fields that were changed.</summary>
    public long EditCount { get; set; }

    /// <summary>
    /// Whether the file, read again after writing, holds together: ids, checksums, roots, chains of pages, record counts,
    /// off-page columns; and nothing is missing that the target's dictionary asks for.
    /// </summary>
    public bool IsConsistent { get; set; }

    /// <summary>What is not as it should be, or could not be done; empty for a complete repair.</summary>
    public string[] Problem { get; set; } = [];

    /// <summary>The file with which <c>Repair-IbdSpaceId -Undo</c> gives back the original; empty if none was asked for.</summary>
    public string UndoPath { get; set; } = "";

    /// <summary>Table, ids and outcome in one line.</summary>
    public override string ToString() =>
        $"{Table}: space id {OldSpaceId} -> {NewSpaceId}, {PagesChanged} of {PageCount} pages changed, {(IsConsistent ? "consistent" : $"{Problem.Length} problems")}: {Destination}";
}
