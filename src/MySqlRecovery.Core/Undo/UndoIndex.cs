using System.Globalization;
using MySqlRecovery.Binlog;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Transactions;

namespace MySqlRecovery.Undo;

/// <summary>
/// What an undo will hold, in log order: some bytes an event, never the rows themselves. They stay in the sources and are
/// read again, backwards.
/// </summary>
internal sealed class UndoIndex : IDisposable
{
    private readonly Dictionary<TableMap, int> _mapNumbers = new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<Gtid, int> _gtidSourceNumbers = [];
    private readonly List<Gtid> _gtidSources = [];
    private (int Log, long Position) _lastTransaction = (-1, -1);
    private string? _logPath;
    private int _logSource;
    private SpoolFile? _spool;
    private int _spoolSource;

    /// <summary>Where the row events are: the log files, or the spool of what came down the pipeline.</summary>
    public List<ByteSource> Sources { get; } = [];

    public List<TableMap> Maps { get; } = [];

    public List<Event> Events { get; } = [];

    public List<Transaction> Transactions { get; } = [];

    /// <summary>Names of the logs that the rows come from.</summary>
    public List<string> LogFiles { get; } = [];

    /// <summary>Format of the last log: what the undo is written in.</summary>
    public FormatDescriptionEvent? Format { get; set; }

    /// <summary>Rows in all; counted by <see cref="Compact"/>.</summary>
    public long RowCount { get; private set; }

    /// <summary>What cannot be undone.</summary>
    public UndoObstacles Obstacles { get; } = new();

    /// <summary>Rows of an undo that something else changed again later, one line each.</summary>
    public string[] LaterChanges { get; set; } = [];

    public int NumberOf(TableMap map)
    {
        if (!_mapNumbers.TryGetValue(map, out int number))
        {
            number = Maps.Count;
            _mapNumbers.Add(map, number);
            Maps.Add(map);
        }

        return number;
    }

    /// <summary>Starts a transaction unless it is the one that the last event was of; its log and start tell.</summary>
    public void BeginTransaction(int log, long position, TransactionKind kind, uint threadId, Gtid? gtid)
    {
        if ((log, position) == _lastTransaction)
            return;
        _lastTransaction = (log, position);
        int source = -1;
        if (gtid is { } id && !_gtidSourceNumbers.TryGetValue(id.WithNumber(0), out source))
        {
            source = _gtidSources.Count;
            _gtidSourceNumbers.Add(id.WithNumber(0), source);
            _gtidSources.Add(id);
        }

        Transactions.Add(new Transaction(Events.Count, kind, threadId, log, position, source, gtid?.Number ?? 0));
    }

    /// <summary>The tables with rows, <c>database.table</c>, under the names that they are written with.</summary>
    public string[] TableNames(TableRenames renames) =>
        [.. Events.Select(e => e.Map).Distinct().Select(m => renames.TextOf(Maps[m])).Distinct(StringComparer.Ordinal)];

    /// <summary>The error of an index without rows.</summary>
    public RecoveryException NothingFound()
    {
        string[] reasons = Obstacles.ToReasons();
        return new RecoveryException(
            "NoRowChange", RecoveryErrorKind.ObjectNotFound,
            reasons.Length == 0 ? "no row change matches" : $"no row change of the range can be taken: {string.Join("; ", reasons)}");
    }

    /// <summary>Where a transaction comes from, for people.</summary>
    public string Describe(in Transaction transaction)
    {
        string gtid = transaction.GtidSource < 0 ? string.Empty : $" GTID {_gtidSources[transaction.GtidSource].WithNumber(transaction.GtidNumber)}";
        string thread = transaction.ThreadId == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" thread {transaction.ThreadId}");
        return string.Create(CultureInfo.InvariantCulture, $"{LogFiles[transaction.Log]}:{transaction.Position}{gtid}{thread}");
    }

    /// <summary>Takes events out; a cause makes an obstacle of them.</summary>
    public void Exclude(int first, int end, string? cause, StatementEffects.Place place)
    {
        for (int i = first; i < end; i++)
            Exclude(i, cause, place);
    }

    /// <summary>Takes all events of a table map out.</summary>
    public void ExcludeTable(TableMap map, string cause, StatementEffects.Place place)
    {
        int number = NumberOf(map);
        for (int i = 0; i < Events.Count; i++)
        {
            if (Events[i].Map == number)
                Exclude(i, cause, place);
        }
    }

    /// <summary>Removes what was taken out, and counts what is left.</summary>
    public void Compact()
    {
        var transactions = new List<Transaction>(Transactions.Count);
        int kept = 0;
        for (int t = 0; t < Transactions.Count; t++)
        {
            int end = t + 1 < Transactions.Count ? Transactions[t + 1].FirstEvent : Events.Count;
            int first = kept;
            for (int e = Transactions[t].FirstEvent; e < end; e++)
            {
                if (Events[e].RowCount == 0)
                    continue;
                RowCount += Events[e].RowCount;
                Events[kept++] = Events[e];
            }

            if (kept > first)
                transactions.Add(Transactions[t] with { FirstEvent = first });
        }

        Events.RemoveRange(kept, Events.Count - kept);
        Transactions.Clear();
        Transactions.AddRange(transactions);
    }

    /// <summary>
    /// The log of a scan's present row event, and where its bytes can be read again: in the log file, or in a temporary
    /// file where the log has them in another form.
    /// </summary>
    public (int Log, int Source, long Offset) Locate(EventScan scan)
    {
        EventReader reader = scan.Reader;
        Format = reader.Format;
        if (reader.Path != _logPath)
        {
            _logPath = reader.Path;
            LogFiles.Add(reader.LogFile);
            Sources.Add(reader.TakeSource());
            _logSource = Sources.Count - 1;
        }

        if (!scan.IsExpanded)
            return (LogFiles.Count - 1, _logSource, reader.Position);
        if (_spool == null)
        {
            _spool = SpoolFile.Create();
            _spoolSource = Sources.Count;
            Sources.Add(_spool);
        }

        long offset = _spool.Length;
        _spool.Append(scan.Raw);
        return (LogFiles.Count - 1, _spoolSource, offset);
    }

    private void Exclude(int number, string? cause, StatementEffects.Place place)
    {
        Event item = Events[number];
        TableMap map = Maps[item.Map];
        if (cause != null && item.RowCount > 0)
            Obstacles.AddRows(map.Database, map.Table, item.RowCount, cause, place.LogFile, place.Position);
        Events[number] = item with { RowCount = 0 };
    }

    public void Dispose()
    {
        foreach (ByteSource source in Sources)
            source.Dispose();
    }

    /// <summary>A row event to be reversed.</summary>
    /// <param name="Type">Its type, without MariaDB's compression.</param>
    /// <param name="Offset">Where it starts in its source.</param>
    /// <param name="Length">Its bytes without checksum.</param>
    /// <param name="AllRowsLength">Bytes of its rows.</param>
    /// <param name="RowsLength">Bytes of those rows that are undone.</param>
    /// <param name="RowCount">How many rows are undone; 0 for an event that was taken out again.</param>
    /// <param name="Source">Index into <see cref="Sources"/>.</param>
    /// <param name="Map">Index into <see cref="Maps"/>.</param>
    /// <param name="Statement">Number of its statement; events of one statement have the same.</param>
    internal readonly record struct Event(
        BinlogEventType Type, long Offset, int Length, int AllRowsLength, int RowsLength, int RowCount, int Source, int Map, int Statement);

    /// <summary>A transaction: its events go from <paramref name="FirstEvent"/> to the next transaction's first.</summary>
    internal readonly record struct Transaction(
        int FirstEvent, TransactionKind Kind, uint ThreadId, int Log, long Position, int GtidSource, ulong GtidNumber);

    /// <summary>How a transaction starts in its log.</summary>
    internal enum TransactionKind : byte
    {
        /// <summary>With BEGIN: MySQL 5.6 with gtid_mode=OFF, and before.</summary>
        Plain,

        /// <summary>With an ANONYMOUS_GTID event.</summary>
        Anonymous,

        /// <summary>With a GTID.</summary>
        Gtid,
    }
}
