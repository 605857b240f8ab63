using System.Collections.Specialized;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.Gtids;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>
/// Takes rows from the pipeline into a temporary file whose changes have been summed up already: verdicts of Test-RowChange, findings
/// of Test-ReplicationConsistency, of which what the replica has is undone, and rows of Get-IbdRow and Get-TableRow, which come back.
/// </summary>
/// <param name="maps">Makes table maps of the verdicts' bytes.</param>
/// <param name="live">Makes table maps of the server's tables, by which findings are read.</param>
/// <param name="takesLikely">Whether rows are repaired too that the replica may still get by itself.</param>
internal sealed class SummedSpool(PipelineTableMaps maps, LiveTableMaps live, bool takesLikely) : IDisposable
{
    private readonly SpoolFile _file = SpoolFile.Create();
    private readonly SpillingStore _store = new(ChangeIndex.DefaultMaximumMemory);
    private readonly ChangeObstacles _obstacles = new();
    private readonly UnusableEvents _unusable = new();
    private readonly List<TableMap> _maps = [];
    private readonly List<string> _logFiles = [];
    private readonly List<Gtid> _gtidSources = [];
    private FormatDescriptionEvent? _format;
    private IndexedTransaction.List? _transactions;
    private (int Log, long Position) _last = (-1, -1);

    /// <summary>Whether the verdicts are of changes that are to be done, not undone; null before the first.</summary>
    public bool? IsForward { get; private set; }

    /// <summary>Whether findings were added.</summary>
    public bool HasFindings { get; private set; }

    /// <summary>The rows, not complete yet.</summary>
    public NetChanges Rows { get; } = NetChanges.Empty();

    public void Add(RowVerdict verdict)
    {
        Expect(verdict.IsForward, verdict.IsRepair);
        // What stands in its way is in the logs, and the server's rows do not show it.
        string? obstacle = verdict.Verdict == RestoreVerdict.NotInLog ? verdict.Reason ?? "the verdict says NotInLog" : null;
        if (verdict is { TableMapEvent: null, FormatEvent: null } && (verdict.BeforeImage ?? verdict.AfterImage) != null
            && FindTable(verdict) is { } table)
        {
            BeginTransaction(verdict.LogFile, verdict.Position, verdict.Gtid);
            Add(table, verdict.BeforeImage, verdict.AfterImage, NetChangeFlags.Packed, obstacle);
            return;
        }

        if (verdict.TableMapEvent == null || verdict.FormatEvent == null || (verdict.BeforeImage ?? verdict.AfterImage) == null)
        {
            string cause = verdict.Reason ?? "the verdict does not carry the bytes of the row";
            _obstacles.AddRows(verdict.Database, verdict.Table, 1, cause, verdict.LogFile, verdict.Position);
            return;
        }

        NetChangeFlags flags = verdict.IsCascaded ? NetChangeFlags.Cascaded : NetChangeFlags.None;
        if (verdict is { Verdict: RestoreVerdict.AlreadyRestored, Reason: not null })
            flags |= NetChangeFlags.Unfollowed;
        _format ??= FormatDescriptionEvent.Parse(verdict.FormatEvent);
        BeginTransaction(verdict.LogFile, verdict.Position, verdict.Gtid);
        Add(
            maps.Find(verdict.TableMapEvent, verdict.FormatEvent, verdict), verdict.BeforeImage, verdict.AfterImage, flags, obstacle);
    }

    /// <summary>Takes a row of a table that is to be there.</summary>
    public void Add(TableRow row)
    {
        Expect(isForward: false, isRepair: false);
        (TableMap? map, string? obstacle) = live.Find(new TableName(row.Database, row.Table));
        try
        {
            if (map != null && FoundValue.Pack(map, row.Value) is { } image)
            {
                BeginTransaction(row.Source, 0, null);
                Add(map, image, null, NetChangeFlags.Packed);
                return;
            }
        }
        catch (InvalidDataException e)
        {
            obstacle = e.Message;
        }

        _obstacles.AddRows(row.Database, row.Table, 1, obstacle!, row.Source, 0);
    }

    /// <summary>Takes a row that is not as on the source; findings of other kinds are passed over.</summary>
    public void Add(ConsistencyFinding finding)
    {
        if (finding is not { Type: FindingType.RowMissing or FindingType.RowExtra or FindingType.RowDifferent, Table: { } table })
            return;
        Expect(isForward: false, isRepair: true);
        var name = new TableName(finding.Database, table);
        (TableMap? map, string? obstacle) = live.Find(name);
        byte[]? source = null, replica = null;
        if (map != null)
        {
            try
            {
                source = FoundValue.Pack(map, finding.SourceRow);
                replica = FoundValue.Pack(map, finding.ReplicaRow);
            }
            catch (InvalidDataException e)
            {
                obstacle = e.Message;
            }
        }

        if (map == null || (source ?? replica) == null)
        {
            _obstacles.AddTable(finding.Database ?? string.Empty, table, $"{finding.Key}: {obstacle ?? "the finding has no row"}");
            return;
        }

        if (finding.RepairStatement.Length == 0)
            obstacle ??= $"the row has no repair: {finding.Evidence.LastOrDefault()}";
        if (finding.Confidence != FindingConfidence.Proven && !takesLikely)
            obstacle ??= "the replica may still get the row by itself, and then replication stops at the row that is there: let it come to "
                + "where the source is and compare again, or give -IncludeLikely";
        BeginTransaction(finding.LogFile ?? string.Empty, finding.Position ?? 0, finding.Gtid);
        Add(map, source, replica, NetChangeFlags.Packed, obstacle);
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
        Unusable = _unusable,
    };

    public void Dispose()
    {
        Rows.Dispose();
        _file.Dispose();
        _store.Dispose();
    }

    private void Expect(bool isForward, bool isRepair)
    {
        if (IsForward is { } known && (known, HasFindings) != (isForward, isRepair))
            throw new RecoveryException(
                "InputObjectMixed", RecoveryErrorKind.InvalidArgument,
                "what is to be undone, what is to be done (-Forward), and findings came down the pipeline together",
                recommendedAction: "Restore the one, then the other.");
        (IsForward, HasFindings) = (isForward, isRepair);
    }

    private void Add(TableMap map, byte[]? before, byte[]? after, NetChangeFlags flags, string? obstacle = null)
    {
        if (obstacle != null)
            _unusable.Mark(Rows.Count, obstacle);
        int number = _maps.IndexOf(map);
        if (number < 0)
        {
            number = _maps.Count;
            _maps.Add(map);
        }

        byte cause = _unusable.NumberOf(Rows.Count);
        Rows.AddSummed(number, Append(before), Append(after), _transactions!.Count - 1, flags, cause);
    }

    // The values have the order that the columns had.
    private TableMap? FindTable(RowVerdict verdict)
    {
        (TableMap? map, _) = live.Find(new TableName(verdict.Database, verdict.Table));
        OrderedDictionary? row = verdict.Before ?? verdict.After;
        return map != null && row != null && map.Columns.Select(c => c.Name).SequenceEqual(row.Keys.Cast<string>()) ? map : null;
    }

    private void BeginTransaction(string logFile, long position, string? gtidText)
    {
        int log = IndexOf(_logFiles, logFile);
        if (_last == (log, position))
            return;
        _last = (log, position);
        Gtid? gtid = gtidText == null ? null : Gtid.Parse(gtidText);
        int source = gtid is { } id ? IndexOf(_gtidSources, id.WithNumber(0)) : -1;
        IndexedTransactionKind kind = gtid == null ? IndexedTransactionKind.Anonymous : IndexedTransactionKind.Gtid;
        _transactions ??= new IndexedTransaction.List(_store);
        _transactions.Add(new IndexedTransaction(0, kind, 0, log, position, source, gtid?.Number ?? 0));
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
