using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.Incidents;

/// <summary>The statements of a log that drop or empty tables, or drop parts of them.</summary>
internal sealed class Definitions
{
    private const int KeptAtMost = 10_000;

    private readonly List<Incident> _kept = [];
    private readonly Dictionary<string, int> _times = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<TableName> _created = [];

    /// <summary>Takes a statement in.</summary>
    public void Add(in EventView view, string text, string database, SqlModes modes)
    {
        LoggedStatement statement = LoggedStatement.Read(text, modes);
        if (statement.Kind != LoggedStatementKind.Definition)
            return;
        SchemaChange change = SchemaCatalog.Parse(string.Empty).Apply(statement, database);
        TableName[] tables = [.. change.Tables.Select(t => t with { Database = t.Database ?? database })];
        if (change.Kind == SchemaChangeKind.Create)
            _created.UnionWith(tables);
        string? what = change.DroppedDatabase is { } dropped ? $"dropped the database {dropped}"
            : change.Kind == SchemaChangeKind.Drop ? "dropped"
            : change.Kind == SchemaChangeKind.Truncate ? "emptied"
            : change.Kind == SchemaChangeKind.Alter && DropsPart(text, modes) ? "dropped columns or partitions of" : null;
        if (what == null || _kept.Count >= KeptAtMost)
            return;
        foreach (TableName table in tables)
            _times[table.ToString()] = _times.GetValueOrDefault(table.ToString()) + 1;
        // What a log creates itself, and drops, is scratch.
        if (change.Kind == SchemaChangeKind.Drop && tables.Length > 0 && tables.All(_created.Contains))
            return;
        _kept.Add(new Incident
        {
            Reason = [change.DroppedDatabase != null ? what : $"{what} {string.Join<TableName>(", ", tables)}"],
            Score = (int)(what.EndsWith(" of", StringComparison.Ordinal) ? Thresholds.DroppedPart : Thresholds.Definition),
            Server = view.Server,
            FirstTimestamp = view.Timestamp,
            LastTimestamp = view.Timestamp,
            ThreadId = view.ThreadId,
            ServerId = view.ServerId,
            Gtid = view.GtidText is { } gtid ? [gtid] : [],
            Table = change.DroppedDatabase is { } gone ? [$"{gone}.*"] : [.. tables.Select(t => t.Listed)],
            LogFile = view.LogFile,
            StopLogFile = view.LogFile,
            StartPosition = view.TransactionPosition,
            StopPosition = view.EndPosition,
            LogPath = view.LogPath is { } path ? [path] : [],
            Statement = text,
            TransactionCount = 1,
        });
    }

    /// <summary>One incident a statement.</summary>
    /// <param name="find">Finds what is known of a table; null for one without changes in the log.</param>
    public IEnumerable<Incident> Incidents(Func<TableName, TableHistory?> find)
    {
        foreach (Incident incident in _kept)
        {
            long rows = incident.Table.Select(t => TableName.Parse(t) is { } name ? find(name) : null).Sum(t => t?.TransactionCount ?? 0);
            if (rows > 0)
                incident.Score += (int)Math.Min(30, 5 * Math.Log2(rows + 1));
            int times = incident.Table.Select(t => _times.GetValueOrDefault(t)).DefaultIfEmpty(1).Max();
            if (times > 1)
            {
                incident.Score -= 40;
                incident.Reason = [.. incident.Reason, $"which these logs do {times} times"];
            }

            incident.Reason = [.. incident.Reason, "the log does not have the rows: a backup does, and what came after it is in the log"];
            incident.Hint = IncidentText.ShowCommand(incident);
            yield return incident;
        }
    }

    // ALTER TABLE t DROP [COLUMN] c, DROP PARTITION p: not indexes, keys, defaults and checks.
    private static bool DropsPart(string text, SqlModes modes)
    {
        var tokenizer = new SqlTokenizer(text, modes);
        bool isAfterDrop = false;
        for (SqlToken token = tokenizer.Next(); token.Kind != SqlTokenKind.End; token = tokenizer.Next())
        {
            string word = token.Kind == SqlTokenKind.Word ? text[token.Start..token.End].ToUpperInvariant() : string.Empty;
            if (isAfterDrop && word is not ("INDEX" or "KEY" or "PRIMARY" or "FOREIGN" or "CONSTRAINT" or "CHECK" or "DEFAULT" or "SYSTEM"))
                return true;
            isAfterDrop = word is "DROP" or "TRUNCATE" or "DISCARD";
        }

        return false;
    }
}
