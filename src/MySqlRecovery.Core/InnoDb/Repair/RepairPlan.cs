using MySqlRecovery.InnoDb.Cfg;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
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

    /// <summary>The server that is to import the file; null for unknown.</summary>
    public CfgServer? CfgServer { get; init; }

    /// <summary>The row format that the table has on the target, as <see cref="TargetRowFormat.WithPages"/> writes it; null for
    /// unknown.</summary>
    public string? FormatOnTarget { get; init; }

    /// <summary>The definition, which the .cfg file of a file without SDI needs; or null.</summary>
    public TableSchema? Schema { get; init; }

    /// <summary>The file of the table's vector index is repaired along with it (MariaDB).</summary>
    public bool HasVectorIndexFile { get; init; }

    /// <summary>Leave damaged pages as they are and repair the rest, instead of refusing the file.</summary>
    public bool SkipDamage { get; init; }

    /// <summary>Accept a file that a server seems to have open, and a reference with another table's name.</summary>
    public bool Force { get; init; }
}

/// <summary>What a file is to become.</summary>
internal sealed class RepairTarget
{
    /// <summary>An LSN below any that a server writes: logs start at 8192 (log0log.h), and 0 would mark unused pages.</summary>
    public const ulong SmallestLsn = 8192;

    public required uint SpaceId { get; init; }

    /// <summary>The LSN that every page gets: not above the target server's.</summary>
    public ulong Lsn { get; init; } = SmallestLsn;

    /// <summary>The index id for each root page; empty to leave index ids alone.</summary>
    public IReadOnlyDictionary<uint, ulong> IndexIds { get; init; } = new Dictionary<uint, ulong>();

    /// <summary>Pages that are replaced as a whole: the SDI of the reference.</summary>
    public IReadOnlyDictionary<uint, byte[]> SdiPages { get; init; } = new Dictionary<uint, byte[]>();

    /// <summary>Page 0 of the reference, for the flags and the server's version; null without reference.</summary>
    public byte[]? ReferencePage0 { get; init; }
}

/// <summary>Where the outcome of a repair goes.</summary>
/// <param name="Destination">The repaired file; the source itself to repair in place.</param>
/// <param name="BackupPath">A copy of the source made before it is replaced, or null.</param>
/// <param name="UndoPath">The undo file, or null.</param>
/// <param name="Overwrite">Replace a destination that exists already.</param>
internal sealed record RepairOutput(string Destination, string? BackupPath, string? UndoPath, bool Overwrite);

/// <summary>A file that was read and understood whole, and what would be changed. Holds no pages.</summary>
internal sealed class RepairPlan
{
    public required RepairRequest Request { get; init; }

    public required string Table { get; init; }

    public required uint OldSpaceId { get; init; }

    public required RepairTarget Target { get; init; }

    public required TablespaceMap Map { get; init; }

    /// <summary>The SDI of what is written, for the names of the indexes; null without SDI.</summary>
    public SdiTable? Sdi { get; init; }

    /// <summary>Damaged pages in use: the file is refused, or with <see cref="RepairRequest.SkipDamage"/> they are left as they
    /// are.</summary>
    public HashSet<uint> DamagedPages { get; } = [];

    public bool IsRefused => DamagedPages.Count > 0 && !Request.SkipDamage;

    /// <summary>Details of damaged pages, at most <see cref="PageTally.MostProblems"/>.</summary>
    public List<IbdPageProblem> PageProblems { get; } = [];

    /// <summary>What a complete repair would need and is not known here; and what the user must know of the file.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>
    /// What CREATE TABLE on the target must say so that the file can be imported, and does not as far as is known:
    /// ROW_FORMAT=COMPACT; null where it says it, or the target's default is the same.
    /// </summary>
    public string? NeededClause { get; init; }

    public uint PageCount { get; set; }

    /// <summary>The file is shorter than its header says, or ends within a page.</summary>
    public bool IsCutOff { get; init; }

    public long PagesChanged { get; set; }

    public long EditCount { get; set; }
}

/// <summary>
/// Where each file's outcome goes. Files from several folders keep the names of their folders, so that tables of the same
/// name do not overwrite one another.
/// </summary>
internal sealed class OutputPlaces
{
    private const string UndoExtension = ".undo";
    private readonly string? _destination;
    private readonly string? _backup;
    private readonly string? _undo;
    private readonly bool _overwrite;
    private readonly bool _keepFolder;

    public OutputPlaces(IReadOnlyCollection<string> files, string? destination, string? backup, string? undo, bool overwrite)
    {
        _destination = destination;
        _backup = backup;
        _undo = undo;
        _overwrite = overwrite;
        _keepFolder = files.Select(Path.GetDirectoryName).Distinct().Count() > 1;
    }

    /// <summary>
    /// The places for one file; without a destination it is replaced itself. Elsewhere it takes the name of its reference: a
    /// partition of 8.0.13 is called t#P#p0, the target's t#p#p0.
    /// </summary>
    public RepairOutput For(string file, string? reference)
    {
        string name = _destination == null || reference == null
            ? file : Path.Combine(Path.GetDirectoryName(file) ?? "", Path.GetFileName(reference));
        return new RepairOutput(
            _destination == null ? file : In(_destination, name, ".ibd", ""),
            _backup == null ? null : In(_backup, file, ".ibd", ""),
            _undo == null ? null : In(_undo, name, UndoExtension, UndoExtension),
            _overwrite);
    }

    /// <summary>
    /// Fails where an outcome would replace one of the files that are read, or that of another file: two copies of a database
    /// in one tree have the same names.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="reference">Its reference, or null.</param>
    /// <param name="others">The files that are written in the same run, and their references; the file may be among them.</param>
    public void Check(string file, string? reference, IReadOnlyCollection<(string File, string? Reference)> others)
    {
        RepairOutput own = For(file, reference);
        IEnumerable<string> inputs = others.SelectMany(o => (string?[])[o.File, o.Reference]).OfType<string>();
        if (_destination != null)
            PendingFile.CheckFree(own.Destination, overwrite: true, inputs);
        foreach (string? place in (string?[])[own.BackupPath, own.UndoPath])
        {
            if (place != null)
                PendingFile.CheckFree(place, overwrite: true, inputs);
        }

        HashSet<string> places = [.. Places(own)];
        string? other = others.Where(o => o.File != file
            && Places(For(o.File, o.Reference)).Any(places.Contains)).Select(o => o.File).FirstOrDefault();
        if (other != null)
        {
            throw new RecoveryException("DestinationAmbiguous", RecoveryErrorKind.InvalidArgument,
                $"what is made from it would have the same place as what is made from {other}: {own.Destination}", file,
                recommendedAction: "Repair the two in runs of their own, each with its own destination.");
        }
    }

    private static IEnumerable<string> Places(RepairOutput output) => ((string?[])[output.Destination, output.BackupPath, output.UndoPath])
        .OfType<string>().Select(p => OperatingSystem.IsLinux() ? Path.GetFullPath(p) : Path.GetFullPath(p).ToUpperInvariant());

    private string In(string place, string file, string fileExtension, string suffix)
    {
        if (!Directory.Exists(place) && place.EndsWith(fileExtension, StringComparison.OrdinalIgnoreCase))
            return place;
        string name = Path.GetFileName(file) + suffix;
        return _keepFolder ? Path.Combine(place, Path.GetFileName(Path.GetDirectoryName(file)) ?? "", name) : Path.Combine(place, name);
    }
}

/// <summary>A run of bytes that a repair changes on a page; the bytes themselves are on the page before and after.</summary>
internal readonly record struct PageEdit(int Offset, int Length, string Reason);
