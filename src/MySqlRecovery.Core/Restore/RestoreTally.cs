using System.Collections.Specialized;
using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>Counts what became of the rows, by table.</summary>
internal sealed class RestoreTally(RestoreRun run)
{
    private readonly Dictionary<string, Table> _tables = [];
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Rows counted.</summary>
    public long Count { get; private set; }

    public void Add(RestoreRow row)
    {
        Table table = Find(row.Table.Name);
        Count++;
        table.Rows++;
        table.Verdicts[row.Verdict] = table.Verdicts.GetValueOrDefault(row.Verdict) + 1;
        table.Transactions.Add(row.Change.Transaction);
        bool isDone = row.IsApplied || row.Verdict == RestoreVerdict.AlreadyRestored;
        if (row.IsApplied)
            table.Restored++;
        else if (isDone)
            table.Already++;
        if (!isDone || row.IsUnfollowed)
            table.AddReason(row.Verdict, () => run.ToVerdict(row).ToString());
    }

    /// <summary>One result a table, in the order of names.</summary>
    /// <param name="wasStopped">Whether rows were not come to.</param>
    public IEnumerable<RestoreResult> Results(bool wasStopped)
    {
        foreach (TableName name in wasStopped ? run.TableNames : [])
            Find(name);
        // What concerns none of these tables by its name may concern each, as a statement without row images does.
        ILookup<string?, string> unread = run.Reasons.ToLookup(
            r => _tables.Keys.FirstOrDefault(name => r.StartsWith(name + ":", StringComparison.Ordinal)));
        foreach ((string name, Table table) in _tables.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            string[] reasons =
            [
                .. table.Reasons, .. unread[name], .. unread[null],
                .. wasStopped ? ["stopped before all rows were come to: run it again"] : Array.Empty<string>(),
            ];
            var verdicts = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
            foreach ((RestoreVerdict verdict, long count) in table.Verdicts.OrderBy(v => v.Key))
                verdicts.Add(verdict.ToString(), count);
            yield return new RestoreResult
            {
                Server = run.Client.Server,
                Database = table.Database,
                Table = table.Name,
                RowCount = table.Rows,
                RestoredCount = table.Restored,
                AlreadyRestoredCount = table.Already,
                LeftCount = table.Rows - table.Restored - table.Already,
                Verdict = verdicts,
                GtidSet = GtidSetOf(table.Transactions),
                IsComplete = reasons.Length == 0,
                Reason = reasons,
                Duration = Stopwatch.GetElapsedTime(_start),
            };
        }
    }

    private Table Find(TableName name)
    {
        string text = name.ToString();
        if (!_tables.TryGetValue(text, out Table? table))
            _tables.Add(text, table = new Table(name.Database!, name.Name));
        return table;
    }

    private string GtidSetOf(IEnumerable<int> transactions)
    {
        var set = new GtidSet();
        foreach (int transaction in transactions)
        {
            if (run.Changes.Index.GtidOf(run.Changes.Index.Transactions[transaction]) is { } text && Gtid.Parse(text) is { } gtid)
                set.Add(gtid);
        }

        return set.ToString();
    }

    private sealed class Table(string database, string name)
    {
        private readonly Dictionary<RestoreVerdict, (long Count, string First)> _reasons = [];

        public string Database => database;

        public string Name => name;

        public long Rows { get; set; }

        public long Restored { get; set; }

        public long Already { get; set; }

        public Dictionary<RestoreVerdict, long> Verdicts { get; } = [];

        public HashSet<int> Transactions { get; } = [];

        public IEnumerable<string> Reasons => _reasons.OrderBy(l => l.Key).Select(
            l =>
                l.Value.Count == 1
                ? l.Value.First : string.Create(CultureInfo.InvariantCulture, $"{l.Value.First} (and {l.Value.Count - 1} more rows)"));

        public void AddReason(RestoreVerdict verdict, Func<string> describe) =>
            _reasons[verdict] = _reasons.TryGetValue(verdict, out var known) ? (known.Count + 1, known.First) : (1, describe());
    }
}
