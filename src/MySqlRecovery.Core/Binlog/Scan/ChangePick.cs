using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>
/// One choice of changes that an object of the pipeline stands for, a sum or an incident: whole transactions, or the parts of
/// them that concern its tables or statements. All that is given must be fulfilled.
/// </summary>
internal sealed record ChangePick
{
    /// <summary>The server whose log it is; null for files.</summary>
    public string? Server { get; init; }

    /// <summary>The files; empty where none are known.</summary>
    public string[] LogPath { get; init; } = [];

    /// <summary>Log of the first transaction.</summary>
    public required string LogFile { get; init; }

    /// <summary>Where that begins.</summary>
    public required long StartPosition { get; init; }

    /// <summary>The last log.</summary>
    public required string StopLogFile { get; init; }

    /// <summary>Transactions that begin here or later, in the last log, do not count.</summary>
    public required long StopPosition { get; init; }

    /// <summary>Whether it is the transaction alone that begins at <see cref="StartPosition"/>.</summary>
    public bool IsOneTransaction { get; init; }

    /// <summary>The tables; null for all.</summary>
    public PickedTables? Tables { get; init; }

    /// <summary>What was done to rows.</summary>
    public RowOperation[] Operations { get; init; } = [];

    /// <summary>How many rows that are.</summary>
    public long RowCount { get; init; }

    /// <summary>Whether it is those of one session: <see cref="ThreadId"/> counts, be it null.</summary>
    public bool IsOfSession { get; init; }

    public uint? ThreadId { get; init; }

    /// <summary>Who wrote them first; null for anybody.</summary>
    public uint? ServerId { get; init; }

    /// <summary>Whether it is those of one kind of statement: <see cref="Digest"/> counts, be it null.</summary>
    public bool IsOfStatement { get; init; }

    public string? Digest { get; init; }

    /// <summary>When the transactions began; null for any time.</summary>
    public (DateTime From, DateTime To)? Time { get; init; }

    /// <summary>Whether a transaction is in its range, of its session, and at its time.</summary>
    public bool Covers(in ChosenTransaction transaction) =>
        (Server == null || transaction.Server == null || transaction.Server == Server)
        && (!IsOfSession || transaction.ThreadId == ThreadId)
        && (ServerId == null || transaction.ServerId == ServerId)
        && IsInRange(transaction.LogFile, transaction.Position)
        && (Time is not { } time || (transaction.Time >= time.From && transaction.Time < time.To));

    private bool IsInRange(string log, long position)
    {
        if (IsOneTransaction)
            return position == StartPosition && log == LogFile;
        bool isFirst = log == LogFile, isLast = log == StopLogFile;
        if (!isFirst && !isLast)
            return LogNumber.IsBefore(LogFile, log) && LogNumber.IsBefore(log, StopLogFile);
        return (!isFirst || position >= StartPosition) && (!isLast || position < StopPosition);
    }
}

/// <summary>Several picks: what one of them has is let through. Threads may ask together.</summary>
internal sealed class ChangePicks(IReadOnlyList<ChangePick> picks) : ITransactionChoice
{
    private volatile KnownDigest _known = new(null, null);

    public IReadOnlyList<ChangePick> All => picks;

    /// <summary>The tables of all of them; null where not all can be told.</summary>
    public TableFilter? Tables
    {
        get
        {
            TableName?[] all = [.. picks.SelectMany(p => p.Tables?.Names ?? [null])];
            return Array.Exists(all, t => t == null) ? null : TableFilter.Only(all.Select(t => t!));
        }
    }

    /// <inheritdoc/>
    public bool IsMatch(in ChosenTransaction transaction, TableName? table, RowOperation? operation, string? statement)
    {
        foreach (ChangePick pick in picks)
        {
            if (!pick.Covers(transaction))
                continue;
            if (operation is not { } done || table is not { } name)
                return true;
            if (pick.Tables?.Contains(name) != false && pick.Operations.Contains(done)
                && (!pick.IsOfStatement || DigestOf(statement) == pick.Digest))
                return true;
        }

        return false;
    }

    private string? DigestOf(string? statement)
    {
        KnownDigest known = _known;
        if (!ReferenceEquals(known.Statement, statement))
            _known = known = new KnownDigest(statement, statement == null ? null : SqlDigest.Of(statement));
        return known.Digest;
    }

    private sealed record KnownDigest(string? Statement, string? Digest);
}

/// <summary>The tables that an object of the pipeline names.</summary>
internal sealed class PickedTables(IEnumerable<TableName?> names)
{
    private readonly HashSet<TableName?> _names = [.. names];

    /// <summary>The tables; null for one whose name cannot be read.</summary>
    public IEnumerable<TableName?> Names => _names;

    public bool Contains(TableName table) => _names.Contains(table);
}
