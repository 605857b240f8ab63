using System.Globalization;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// What an undo will hold, in log order: some bytes an event, never the rows themselves. They stay in the sources and are
/// read again, backwards. Nothing changes it; <see cref="ChangeIndexBuilder"/> makes it.
/// </summary>
internal sealed class ChangeIndex : IDisposable
{
    /// <summary>Memory for the packed index, in bytes, where nothing else is said.</summary>
    public const long DefaultMaximumMemory = 32 << 20;

    /// <summary>So many rows an error names.</summary>
    private const int MaximumNamed = 10;

    private readonly SpillingStore _store;
    private readonly long[] _rowsOfMap;
    private readonly Gtid[] _gtidSources;

    /// <param name="store">What events and transactions are packed into.</param>
    /// <param name="rowsOfMap">Rows by map.</param>
    /// <param name="gtidSources">The servers in the transactions' GTIDs, by number.</param>
    public ChangeIndex(SpillingStore store, long[] rowsOfMap, Gtid[] gtidSources) =>
        (_store, _rowsOfMap, _gtidSources) = (store, rowsOfMap, gtidSources);

    /// <summary>Where the row events are: the log files, or the spool of what came down the pipeline.</summary>
    public required ByteSource[] Sources { get; init; }

    /// <summary>The files whose readers may read the rows too: none of a log that only a key opens.</summary>
    public IEnumerable<string> OpenFiles =>
        Sources.Select(s => s is EncryptedSource or MariaDbEncryptedSource ? string.Empty : s.Path);

    public required TableMap[] Maps { get; init; }

    public required IndexedEvent.List Events { get; init; }

    public required IndexedTransaction.List Transactions { get; init; }

    /// <summary>The server that the logs were read from, <c>host:port</c>; null for files.</summary>
    public string? Server { get; init; }

    /// <summary>Names of the logs that the rows come from.</summary>
    public required string[] LogFiles { get; init; }

    /// <summary>Format of the last log: what the undo is written in. Null where there are no rows.</summary>
    public required FormatDescriptionEvent? Format { get; init; }

    /// <summary>Rows in all.</summary>
    public long RowCount => _rowsOfMap.Sum();

    /// <summary>What cannot be undone, one line each.</summary>
    public required string[] Reasons { get; init; }

    /// <summary>Rows of an undo that something else changed again later, one line each; null where nobody has looked.</summary>
    public string[]? LaterChanges { get; init; } = [];

    /// <summary>Rows that were left out because something else changed them again later; null where that was not asked for.</summary>
    public LeftOutRows? LeftOut { get; init; }

    /// <summary>The test of rows with which those of the index are found among those of their events.</summary>
    /// <param name="test">The one that the index was made with.</param>
    public RowPredicate? RowTest(RowPredicate? test) => LeftOut == null ? test : RowPredicate.And(test, LeftOut.Keeps);

    /// <summary>Events with whose rows nothing can be done; null where there are none of them.</summary>
    public UnusableEvents? Unusable { get; init; }

    /// <summary>Events of tables without key that left no equal rows; null where nobody has looked.</summary>
    public SweptEvents? Swept { get; init; }

    /// <summary>The tables with rows.</summary>
    public IEnumerable<TableName> Tables => Maps.Where((_, m) => _rowsOfMap[m] > 0).Select(m => m.QualifiedName).Distinct();

    /// <summary>The tables with rows, <c>database.table</c>, under the names that they are written with.</summary>
    public string[] TableNames(TableRenames renames) =>
        [.. Maps.Where((_, m) => _rowsOfMap[m] > 0).Select(renames.NameOf).Distinct().Select(name => name.ToString())];

    /// <summary>Where a transaction's events end: the number of the first that is not its.</summary>
    public int EndOf(int transaction) => transaction + 1 < Transactions.Count ? Transactions[transaction + 1].FirstEvent : Events.Count;

    /// <summary>The error of an index without rows.</summary>
    /// <param name="unfulfilled">What was asked for that nothing fulfilled, one line each.</param>
    public RecoveryException NothingFound(params IEnumerable<string> unfulfilled)
    {
        IReadOnlyList<LaterChange> leftOut = LeftOut?.Changes ?? [];
        IEnumerable<string> named = leftOut.Take(MaximumNamed).Select(change => $"changed again later: {change}");
        if (leftOut.Count > MaximumNamed)
            named = named.Append(string.Create(CultureInfo.InvariantCulture, $"and {leftOut.Count - MaximumNamed} more"));
        return NothingFound([.. Reasons, .. named, .. unfulfilled]);
    }

    /// <summary>The error of a range without rows.</summary>
    /// <param name="reasons">What cannot be taken.</param>
    public static RecoveryException NothingFound(string[] reasons) => new(
        "NoRowChange", RecoveryErrorKind.ObjectNotFound,
        reasons.Length == 0 ? "no row change matches" : $"no row change of the range can be taken: {string.Join("; ", reasons)}");

    /// <summary>A transaction's GTID; null for none.</summary>
    public string? GtidOf(in IndexedTransaction transaction) =>
        transaction.GtidSource < 0 ? null : _gtidSources[transaction.GtidSource].WithNumber(transaction.GtidNumber).ToString();

    /// <summary>Where a transaction comes from, for people.</summary>
    public string Describe(in IndexedTransaction transaction)
    {
        return EventView.Describe(LogFiles[transaction.Log], transaction.Position, GtidOf(transaction), transaction.ThreadId);
    }

    public void Dispose()
    {
        _store.Dispose();
        foreach (ByteSource source in Sources)
            source.Dispose();
    }
}
