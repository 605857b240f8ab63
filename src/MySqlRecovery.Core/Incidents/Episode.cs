using MySqlRecovery.Gtids;

namespace MySqlRecovery.Incidents;

/// <summary>A transaction, or a run of transactions of one session: what may become an incident.</summary>
internal sealed class Episode
{
    private const int GtidsAtMost = 10_000;
    private static readonly TimeSpan Neighbourhood = TimeSpan.FromMinutes(10);

    private readonly List<TableShare> _tables = new(2);
    private readonly List<string> _paths = new(1);
    private GtidSet? _gtids;
    private long _gtidCount;

    public string? Server { get; init; }

    public uint ServerId { get; init; }

    public uint? ThreadId { get; init; }

    public required DateTime First { get; set; }

    public DateTime Last { get; set; }

    public required string LogFile { get; init; }

    public required long StartPosition { get; init; }

    public string StopLogFile { get; set; } = string.Empty;

    public long StopPosition { get; set; }

    public int TransactionCount { get; set; } = 1;

    public string? Statement { get; set; }

    public IReadOnlyList<TableShare> Tables => _tables;

    public IReadOnlyList<string> Paths => _paths;

    /// <summary>The GTIDs, where there are not too many.</summary>
    public string[] Gtids => _gtids == null || _gtidCount > GtidsAtMost ? [] : [_gtids.ToString()];

    public long RowCount => _tables.Sum(t => t.Rows.Inserted + t.Rows.Updated + t.Rows.Deleted);

    public void AddPath(string? path)
    {
        if (path != null && (_paths.Count == 0 || _paths[^1] != path))
            _paths.Add(path);
    }

    public void AddGtid(Gtid? gtid)
    {
        if (gtid is { } id && _gtidCount++ < GtidsAtMost)
            (_gtids ??= GtidSet.Parse([])).Add(id);
    }

    public TableShare ShareOf(TableHistory table)
    {
        foreach (TableShare share in _tables)
        {
            if (share.Table == table)
                return share;
        }

        var added = new TableShare(table) { NetBefore = table.Net };
        _tables.Add(added);
        return added;
    }

    /// <summary>Takes a later transaction of the same session in.</summary>
    public void Add(Episode transaction, Gtid? gtid)
    {
        foreach (TableShare share in transaction._tables)
        {
            TableShare own = ShareOf(share.Table);
            if (own.Rows == default)
                own.NetBefore = share.NetBefore;
            own.Rows.Add(share.Rows);
        }

        foreach (string path in transaction._paths)
            AddPath(path);
        AddGtid(gtid);
        TransactionCount++;
        (Last, StopLogFile, StopPosition) = (transaction.Last, transaction.StopLogFile, transaction.StopPosition);
    }

    /// <summary>Whether this is the other, in it, or of the same session at about the same time: then it is no measure for it.</summary>
    public bool IsPartOf(Episode other) => this == other || (ServerId == other.ServerId && ThreadId == other.ThreadId
        && First - other.Last < Neighbourhood && other.First - Last < Neighbourhood);

    /// <summary>Whether both are of one session, and one lies in the other.</summary>
    public bool Overlaps(Episode other) =>
        ServerId == other.ServerId && ThreadId == other.ThreadId && Server == other.Server && First <= other.Last && other.First <= Last;
}

/// <summary>What an episode did to one table.</summary>
internal sealed class TableShare(TableHistory table)
{
    public TableHistory Table => table;

    public RowCounts Rows;

    /// <summary>Insertions less deletions before it.</summary>
    public long NetBefore { get; set; }

    /// <summary>Whether updates left one value in a column; null where nobody has looked.</summary>
    public UniformColumns? Uniform { get; set; }
}
