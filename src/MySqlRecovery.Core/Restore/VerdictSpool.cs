using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.Gtids;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Restore;

/// <summary>Takes verdicts of Test-RowChange from the pipeline into a temporary file, from which their rows are restored.</summary>
/// <param name="maps">Makes table maps of the verdicts' bytes.</param>
internal sealed class VerdictSpool(PipelineTableMaps maps) : IDisposable
{
    private readonly SpoolFile _file = SpoolFile.Create();
    private readonly SpillingStore _store = new(ChangeIndex.DefaultMaximumMemory);
    private readonly ChangeObstacles _obstacles = new();
    private readonly List<TableMap> _maps = [];
    private readonly List<string> _logFiles = [];
    private readonly List<Gtid> _gtidSources = [];
    private FormatDescriptionEvent? _format;
    private IndexedTransaction.List? _transactions;
    private (int Log, long Position) _last = (-1, -1);

    /// <summary>Whether the verdicts are of changes that are to be done, not undone; null before the first.</summary>
    public bool? IsForward { get; private set; }

    /// <summary>The rows, not complete yet.</summary>
    public NetChanges Rows { get; } = NetChanges.Empty();

    public void Add(RowVerdict verdict)
    {
        if (IsForward is { } known && known != verdict.IsForward)
            throw new RecoveryException(
                "InputObjectMixed", RecoveryErrorKind.InvalidArgument,
                "verdicts of undoing and of -Forward came down the pipeline together",
                recommendedAction: "Restore the one, then the other.");
        IsForward = verdict.IsForward;
        if (verdict.TableMapEvent == null || verdict.FormatEvent == null || (verdict.BeforeImage ?? verdict.AfterImage) == null)
        {
            string cause = verdict.Reason ?? "the verdict does not carry the bytes of the row";
            _obstacles.AddRows(verdict.Database, verdict.Table, 1, cause, verdict.LogFile, verdict.Position);
            return;
        }

        _format ??= FormatDescriptionEvent.Parse(verdict.FormatEvent);
        BeginTransaction(verdict);
        TableMap map = maps.Find(verdict.TableMapEvent, verdict.FormatEvent, verdict);
        int number = _maps.IndexOf(map);
        if (number < 0)
        {
            number = _maps.Count;
            _maps.Add(map);
        }

        Rows.AddSummed(number, Append(verdict.BeforeImage), Append(verdict.AfterImage), _transactions!.Count - 1);
    }

    /// <summary>What the rows' images are in; it owns the temporary file from here on.</summary>
    public ChangeIndex ToIndex() => new(_store, new long[_maps.Count], [.. _gtidSources])
    {
        Sources = [_file],
        Maps = [.. _maps],
        Events = new IndexedEvent.List(_store),
        Transactions = _transactions ?? new IndexedTransaction.List(_store),
        LogFiles = [.. _logFiles],
        Format = _format,
        Reasons = _obstacles.ToReasons(),
    };

    public void Dispose()
    {
        Rows.Dispose();
        _file.Dispose();
        _store.Dispose();
    }

    private void BeginTransaction(RowVerdict verdict)
    {
        int log = IndexOf(_logFiles, verdict.LogFile);
        if (_last == (log, verdict.Position))
            return;
        _last = (log, verdict.Position);
        Gtid? gtid = verdict.Gtid == null ? null : Gtid.Parse(verdict.Gtid);
        int source = gtid is { } id ? IndexOf(_gtidSources, id.WithNumber(0)) : -1;
        IndexedTransactionKind kind = gtid == null ? IndexedTransactionKind.Anonymous : IndexedTransactionKind.Gtid;
        _transactions ??= new IndexedTransaction.List(_store);
        _transactions.Add(new IndexedTransaction(0, kind, 0, log, verdict.Position, source, gtid?.Number ?? 0));
    }

    private static int IndexOf<T>(List<T> list, T item)
    {
        int at = list.IndexOf(item);
        if (at >= 0)
            return at;
        list.Add(item);
        return list.Count - 1;
    }

    private FoldedRow.Image Append(byte[]? image)
    {
        if (image == null)
            return default;
        long offset = _file.Length;
        _file.Append(image);
        return new FoldedRow.Image(0, image.Length, offset);
    }
}
