using System.Globalization;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Report;

/// <summary>
/// One page of HTML for whoever must approve a recovery, and for afterwards: what happened and when, samples of the rows, what can and
/// cannot come back, what was done, and proof. It needs no other file and no script.
/// </summary>
/// <param name="title">What it is called.</param>
/// <param name="mask">Which values are not shown.</param>
/// <param name="samples">How many rows of a kind are shown.</param>
internal sealed class RecoveryReport(string title, ValueMask mask, int samples)
{
    private readonly ReportTimeline _timeline = new();
    private readonly List<Incident> _incidents = [];
    private readonly List<BinlogSummary> _sums = [];
    private readonly List<RestoreResult> _restored = [];
    private readonly List<object?[]> _files = [];
    private readonly List<object?[]> _states = [];
    private readonly Dictionary<string, List<object?[]>> _samples = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Table, RowOperation Operation), long> _rows = [];
    private readonly Dictionary<(string Table, RestoreVerdict Verdict), long> _verdicts = [];
    private readonly SortedSet<string> _reasons = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _servers = new(StringComparer.Ordinal);

    /// <summary>Whether nothing was added.</summary>
    public bool IsEmpty =>
        _incidents.Count + _sums.Count + _restored.Count + _files.Count + _states.Count + _rows.Count + _verdicts.Count == 0;

    /// <summary>Takes an object of the module in; false for one of another kind.</summary>
    public bool TryAdd(object item)
    {
        switch (item)
        {
            case Incident incident:
                Add(incident);
                return true;
            case BinlogSummary sum:
                Add(sum);
                return true;
            case RowChange row:
                Add(row);
                return true;
            case RowVerdict verdict:
                Add(verdict);
                return true;
            case RestoreResult result:
                _restored.Add(result);
                _servers.Add(result.Server);
                _reasons.UnionWith(result.Reason);
                return true;
            case UndoBinlog undo:
                AddFile(undo.Path, "undo as a binlog", undo.RowCount, undo.IsComplete && undo.IsVerified, undo.Reason);
                return true;
            case SqlExport sql:
                AddFile(sql.Path, sql.IsReverse ? "undo as SQL" : "changes as SQL", sql.RowCount, sql.IsComplete, sql.Reason);
                return true;
            case TableState state:
                _servers.Add(state.Server);
                _states.Add([state.Timestamp, state.Server, $"{state.Database}.{state.Table}", state.RowCount, state.Checksum]);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The page.</summary>
    /// <param name="commands">The commands that were run.</param>
    /// <param name="written">When it is written.</param>
    public string ToHtml(IReadOnlyCollection<string> commands, DateTime written)
    {
        var page = new Html().Line("<!DOCTYPE html>").Line("<html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">").Element("title", title)
            .Line($"<style>{ReportStyle.Css}</style></head><body>").Element("h1", title)
            .Element("p", $"Written {Html.Time(written)} by MySqlRecovery. Times are UTC."
                + (_servers.Count > 0 ? $" Servers: {string.Join(", ", _servers)}." : string.Empty), "class=\"dim\"");
        WriteIncidents(page);
        WriteTimeline(page);
        WriteTables(page);
        WriteSamples(page);
        WriteRecovery(page);
        if (commands.Count > 0)
            page.Element("h2", "Commands that were run").Element("pre", string.Join("\n", commands));
        if (_states.Count > 0)
            page.Element("h2", "Proof: the tables, measured").Table(
                ["When", "Server", "Table", "Rows", "Checksum"], _states);
        return page.Line("</body></html>").ToString();
    }

    private void AddFile(string path, string what, long rows, bool isComplete, string[] reasons)
    {
        _files.Add([path, what, rows, isComplete ? "complete" : "not complete"]);
        _reasons.UnionWith(reasons);
    }

    private void Add(Incident incident)
    {
        _incidents.Add(incident);
        NoteServer(incident.Server);
        _timeline.Mark($"{incident.Score}: {string.Join(", ", incident.Table)}", incident.FirstTimestamp, incident.LastTimestamp);
    }

    private void Add(BinlogSummary sum)
    {
        _sums.Add(sum);
        NoteServer(sum.Server);
        _reasons.UnionWith(sum.Reason);
    }

    private void Add(RowChange row)
    {
        string table = $"{row.Database}.{row.Table}";
        NoteServer(row.Server);
        _rows[(table, row.Operation)] = _rows.GetValueOrDefault((table, row.Operation)) + 1;
        _timeline.Add(table, row.Timestamp, row.Operation, 1);
        Sample(table, () => [row.Timestamp, row.Operation.ToString(), mask.Text(row.Database, row.Table, row.Key), mask.Change(row), null]);
    }

    private void Add(RowVerdict verdict)
    {
        string table = $"{verdict.Database}.{verdict.Table}";
        _servers.Add(verdict.Server);
        _verdicts[(table, verdict.Verdict)] = _verdicts.GetValueOrDefault((table, verdict.Verdict)) + 1;
        if (verdict.Reason != null)
            _reasons.Add(verdict.Reason);
        Sample(table, () => [null, $"{verdict.Action}: {verdict.Verdict}", mask.Text(verdict.Database, verdict.Table, verdict.Key),
            $"{mask.Text(verdict.Database, verdict.Table, verdict.Before)} → {mask.Text(verdict.Database, verdict.Table, verdict.After)}",
            mask.Text(verdict.Database, verdict.Table, verdict.Now)]);
    }

    private void Sample(string table, Func<object?[]> row)
    {
        if (!_samples.TryGetValue(table, out List<object?[]>? rows))
            _samples.Add(table, rows = []);
        if (rows.Count < samples)
            rows.Add(row());
    }

    private void NoteServer(string? server)
    {
        if (server != null)
            _servers.Add(server);
    }

    private void WriteIncidents(Html page)
    {
        if (_incidents.Count == 0)
            return;
        page.Element("h2", "What happened").Table(
            ["Score", "When", "Session", "Tables", "Inserted", "Updated", "Deleted", "Why"],
            _incidents.OrderByDescending(i => i.Score).Select(i => (object?[])[
                i.Score, i.FirstTimestamp, i.ThreadId, i.Table, i.InsertCount, i.UpdateCount, i.DeleteCount, i.Reason]));
        // A statement holds values: where any are masked, it is shown without.
        foreach (string statement in _incidents.Select(i => i.Statement).OfType<string>()
            .Select(s => mask.IsEmpty ? s : SqlDigest.Of(s)).Distinct(StringComparer.Ordinal).Take(samples))
            page.Element("pre", statement.Length <= 2000 ? statement : $"{statement[..1999]}…");
    }

    // The rows say it best; else sums do, else the incidents: nothing is drawn twice.
    private void WriteTimeline(Html page)
    {
        if (_timeline.IsEmpty)
            _sums.ForEach(s => Draw(s.Database == null ? s.Table : $"{s.Database}.{s.Table}", s.FirstTimestamp,
                s.InsertCount, s.UpdateCount, s.DeleteCount));
        if (_timeline.IsEmpty)
            _incidents.ForEach(i => Draw(string.Join(", ", i.Table), i.FirstTimestamp, i.InsertCount, i.UpdateCount, i.DeleteCount));
        if (_timeline.IsEmpty)
            return;
        page.Element("h2", "When").Raw(_timeline.Draw()).Line("""
            <p class="dim"><i class="key" style="background:var(--insert)"></i>inserted
            <i class="key" style="background:var(--update)"></i>updated <i class="key" style="background:var(--delete)"></i>deleted
            <i class="key" style="background:var(--mark);outline:1px solid var(--delete)"></i>incident. Heights are logarithms.</p>
            """);
    }

    private void Draw(string table, DateTime time, long inserted, long updated, long deleted)
    {
        _timeline.Add(table, time, RowOperation.Insert, inserted);
        _timeline.Add(table, time, RowOperation.Update, updated);
        _timeline.Add(table, time, RowOperation.Delete, deleted);
    }

    private void WriteTables(Html page)
    {
        if (_sums.Count + _rows.Count == 0)
            return;
        page.Element("h2", "The changes, counted").Table(
            ["What", "Inserted", "Updated", "Deleted", "Transactions", "First", "Last"],
            _sums.Select(s => (object?[])[s.ToString().Split(": ")[0], s.InsertCount, s.UpdateCount, s.DeleteCount, s.TransactionCount,
                s.FirstTimestamp, s.LastTimestamp])).Table(
            ["Table", "Inserted", "Updated", "Deleted"],
            _rows.GroupBy(r => r.Key.Table).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (object?[])[
                g.Key, Count(g.Key, RowOperation.Insert), Count(g.Key, RowOperation.Update), Count(g.Key, RowOperation.Delete)]));
    }

    private long Count(string table, RowOperation operation) => _rows.GetValueOrDefault((table, operation));

    private void WriteSamples(Html page)
    {
        if (_samples.Count == 0)
            return;
        page.Element("h2", "Rows").Element(
            "p", string.Create(CultureInfo.InvariantCulture, $"At most {samples} of a table.")
                + (mask.IsEmpty ? string.Empty : " Values of sensitive columns are masked: •••."), "class=\"dim\"");
        foreach ((string table, List<object?[]> rows) in _samples.OrderBy(s => s.Key, StringComparer.Ordinal))
            page.Element("h3", table).Table(["When", "What", "Key", "Before → after", "Now"], rows);
    }

    private void WriteRecovery(Html page)
    {
        if (_verdicts.Count + _restored.Count + _files.Count + _reasons.Count == 0)
            return;
        page.Element("h2", "What comes back, and what does not")
            .Table(["Table", "Verdict", "Rows"], _verdicts.OrderBy(v => v.Key.Table, StringComparer.Ordinal).Select(
                v => (object?[])[v.Key.Table, v.Key.Verdict.ToString(), v.Value]))
            .Table(["Table", "Rows", "Restored", "Already", "Left", "Complete"], _restored.Select(r => (object?[])[
                $"{r.Database}.{r.Table}", r.RowCount, r.RestoredCount, r.AlreadyRestoredCount, r.LeftCount, r.IsComplete ? "yes" : "no"]))
            .Table(["File", "What", "Rows", "State"], _files);
        if (_reasons.Count > 0)
            page.Element("p", "Not everything can come back:", "class=\"bad\"").List(_reasons);
        else
            page.Element("p", "Nothing stands in the way of what was looked at.", "class=\"good\"");
    }
}
