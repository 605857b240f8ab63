using System.Management.Automation;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;

namespace MySqlRecovery.Input;

/// <summary>The lost transactions that findings name, to be taken from the source's logs.</summary>
internal sealed class FindingSelection
{
    private readonly List<ConsistencyFinding> _findings = [];
    private readonly HashSet<ConsistencyFinding> _found = [];
    private readonly Dictionary<string, List<ConsistencyFinding>> _byGtid = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<ConsistencyFinding>> _byLog = new(StringComparer.Ordinal);

    /// <summary>Takes a finding, live or as a property bag; one that names no lost transaction is passed over.</summary>
    public void Add(PSObject input)
    {
        ConsistencyFinding finding = input.BaseObject as ConsistencyFinding ?? Convert(input);
        if (finding.LogFile == null || finding.Position == null || finding.Type is not (FindingType.TransactionMissing
            or FindingType.TransactionSkipped or FindingType.TransactionInjected or FindingType.TransactionFiltered))
            return;
        _findings.Add(finding);
        if (finding.Gtid != null)
            Add(_byGtid, finding.Gtid, finding);
        Add(_byLog, finding.LogFile, finding);
    }

    /// <summary>The files that are to be read: those that the findings name, or all where one of those is not there.</summary>
    public List<string> Choose(List<string> files)
    {
        foreach (List<ConsistencyFinding> inLog in _byLog.Values)
            inLog.Sort((a, b) => a.Position!.Value.CompareTo(b.Position!.Value));
        List<string> named = files.FindAll(f => _byLog.ContainsKey(NameOf(f)));
        return _byLog.Keys.All(log => named.Exists(f => NameOf(f) == log)) ? named : files;
    }

    /// <summary>Whether the row event that a scan stands on belongs to one of the transactions, or to the part of it that was
    /// lost.</summary>
    public bool IsMatch(EventScan scan)
    {
        bool isMatch = false;
        IEnumerable<ConsistencyFinding> named = scan.Transaction.GtidText is { } gtid
            && _byGtid.TryGetValue(gtid, out List<ConsistencyFinding>? byGtid)
            ? byGtid : FindAt(scan.Reader.LogFile, scan.Transaction.Position);
        foreach (ConsistencyFinding finding in named)
        {
            if (finding.Table != null && (finding.Table != scan.Table?.Table || finding.Database != scan.Table.Database))
                continue;
            _found.Add(finding);
            isMatch = true;
        }

        return isMatch;
    }

    /// <summary>An error for each finding whose transaction was in none of the logs, or changed no row.</summary>
    public IEnumerable<RecoveryException> FindAbsent() => _findings.Where(f => !_found.Contains(f)).Select(f => new RecoveryException(
        "FindingNotInLog", RecoveryErrorKind.ObjectNotFound,
        $"no row change of {f.Gtid ?? $"{f.LogFile}:{f.Position}"} is in the logs given", f.LogFile,
        recommendedAction: "Give -LogPath the binlogs that the finding was made from. A transaction of statements alone has no rows: see "
            + "Get-BinlogEvent."));

    // Sorted by position: those with the last position at or before this one.
    private IEnumerable<ConsistencyFinding> FindAt(string log, long position)
    {
        if (!_byLog.TryGetValue(log, out List<ConsistencyFinding>? inLog))
            yield break;
        int first = 0, last = inLog.Count;
        while (first < last)
        {
            int middle = (first + last) / 2;
            if (inLog[middle].Position <= position)
                first = middle + 1;
            else
                last = middle;
        }

        for (int i = first - 1; i >= 0 && inLog[i].Position == inLog[first - 1].Position; i--)
        {
            if (position < (inLog[i].EndPosition ?? inLog[i].Position + 1))
                yield return inLog[i];
        }
    }

    private static void Add(Dictionary<string, List<ConsistencyFinding>> findings, string key, ConsistencyFinding finding)
    {
        if (!findings.TryGetValue(key, out List<ConsistencyFinding>? same))
            findings.Add(key, same = []);
        same.Add(finding);
    }

    private static string NameOf(string path) => Path.GetFileName(LogContainer.LogName(path));

    private static ConsistencyFinding Convert(PSObject input)
    {
        PSInvalidCastException? failure = null;
        try
        {
            if (input.Properties[nameof(ConsistencyFinding.Severity)] != null)
                return PropertyBag.ConvertTo<ConsistencyFinding>(input);
        }
        catch (PSInvalidCastException e)
        {
            failure = e;
        }

        throw new RecoveryException(
            "InputObjectUnknown", RecoveryErrorKind.InvalidArgument, $"an object of type {input.TypeNames[0]} is no ConsistencyFinding",
            inner: failure,
            recommendedAction: "Pass on what Test-ReplicationConsistency gave; use Export-Clixml, not CSV or JSON, to store it.");
    }
}
