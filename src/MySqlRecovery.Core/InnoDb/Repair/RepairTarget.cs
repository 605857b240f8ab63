namespace MySqlRecovery.InnoDb.Repair;

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
