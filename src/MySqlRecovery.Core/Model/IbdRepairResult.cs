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
    /// Whether a server that is started on the file answers as the lost one would, as far as the file can tell: read again
    /// after writing it holds together (ids, checksums, roots, chains of pages, record counts, off-page columns), its indexes
    /// are those of the definition, no row is marked as deleted, and nothing is missing that the target's dictionary asks for.
    /// </summary>
    public bool IsConsistent { get; set; }

    /// <summary>What is not as it should be, or could not be done; empty for a complete repair.</summary>
    public string[] Problem { get; set; } = [];

    /// <summary>The file with which <c>Repair-IbdSpaceId -Undo</c> gives back the original; empty if none was asked for.</summary>
    public string UndoPath { get; set; } = "";

    /// <summary>Table, ids and outcome in one line.</summary>
    public override string ToString() =>
        $"{Table}: space id {OldSpaceId} -> {NewSpaceId}, {PagesChanged} of {PageCount} pages changed, "
            + $"{(IsConsistent ? "consistent" : $"{Problem.Length} problems")}: {Destination}";
}

/// <summary>What <c>Repair-IbdSpaceId</c> does with a file that has damaged pages.</summary>
public enum IbdDamageAction
{
    /// <summary>Leaves the file alone and reports the pages.</summary>
    Stop,

    /// <summary>Repairs the other pages, leaves the damaged ones as they are and reports them.</summary>
    Skip,
}

/// <summary>One change that <c>Repair-IbdSpaceId -WhatIf</c> would make.</summary>
public sealed class IbdEdit
{
    /// <summary>The file that would be read.</summary>
    public string Path { get; set; } = "";

    /// <summary>The page, counted from 0.</summary>
    public long PageNumber { get; set; }

    /// <summary>Where the change starts in the file, in bytes.</summary>
    public long Offset { get; set; }

    /// <summary>The bytes that are there.</summary>
    public byte[] OldBytes { get; set; } = [];

    /// <summary>The bytes that would be there.</summary>
    public byte[] NewBytes { get; set; } = [];

    /// <summary>What the bytes are: space id, segment header, index id, BLOB reference, LSN, SDI, checksum.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Offset, bytes and reason in one line.</summary>
    public override string ToString() =>
        $"{Path} offset {Offset}: {Convert.ToHexString(OldBytes)} -> {Convert.ToHexString(NewBytes)} ({Reason})";
}
