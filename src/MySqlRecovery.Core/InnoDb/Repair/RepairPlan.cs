using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Repair;

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

    /// <summary>Damaged pages in use: the file is refused, or with <see cref="RepairRequest.SkipDamage"/> they are left as they are.</summary>
    public HashSet<uint> DamagedPages { get; } = [];

    public bool IsRefused => DamagedPages.Count > 0 && !Request.SkipDamage;

    /// <summary>Details of damaged pages, at most <see cref="PageTally.MostProblems"/>.</summary>
    public List<IbdPageProblem> PageProblems { get; } = [];

    /// <summary>What a complete repair would need and is not known here; and what the user must know of the file.</summary>
    public List<string> Notes { get; } = [];

    public uint PageCount { get; set; }

    public long PagesChanged { get; set; }

    public long EditCount { get; set; }
}
