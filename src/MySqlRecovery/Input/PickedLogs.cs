using System.Management.Automation;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;

namespace MySqlRecovery.Input;

/// <summary>The changes that sums and incidents of the pipeline stand for, and the logs that have them.</summary>
internal sealed class PickedLogs
{
    private readonly List<ChangePick> _picks = [];

    public bool IsEmpty => _picks.Count == 0;

    /// <summary>What they choose.</summary>
    public ChangePicks Choice => new(_picks);

    /// <summary>Rows that were counted.</summary>
    public long RowCount => _picks.Sum(p => p.RowCount);

    /// <summary>The files that they were counted in.</summary>
    public IEnumerable<string> Files => _picks.SelectMany(p => p.LogPath).Distinct(StringComparer.Ordinal);

    /// <summary>The servers whose logs they were counted in.</summary>
    public IEnumerable<string> Servers => _picks.Where(p => p.Server != null).Select(p => p.Server!).Distinct(StringComparer.Ordinal);

    /// <summary>The first and the last log, and where in the first the changes begin.</summary>
    /// <param name="server">The server whose logs are meant; null for all.</param>
    public (string First, long Start, string Last) Range(string? server)
    {
        ChangePick[] picks = [.. _picks.Where(p => server == null || p.Server == null || p.Server == server)];
        ChangePick first = picks.MinBy(p => (LogNumber.Of(p.LogFile), p.StartPosition))!;
        return (first.LogFile, first.StartPosition, picks.MaxBy(p => LogNumber.Of(p.StopLogFile))!.StopLogFile);
    }

    /// <summary>Takes a sum or an incident, live or stored; false where the object is something else.</summary>
    /// <exception cref="RecoveryException">SummaryNotTransaction, IncidentWithoutRows.</exception>
    public bool TryAdd(PSObject input)
    {
        if (input.BaseObject is string or BinlogEvent or RowChange)
            return false;
        if (PropertyBag.As<BinlogSummary>(input, nameof(BinlogSummary.EndLogFile), nameof(BinlogSummary.TransactionCount)) is { } sum)
            _picks.Add(PickOf.Sum(sum));
        else if (PropertyBag.As<Incident>(input, nameof(Incident.Hint), nameof(Incident.StopLogFile)) is { } incident)
            _picks.Add(PickOf.Incident(incident));
        else
            return false;
        return true;
    }
}
