using System.Collections.Specialized;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>All versions of rows: from logs, and the live row as the last of them.</summary>
/// <param name="table">The table.</param>
/// <param name="keys">The keys of the rows.</param>
/// <param name="open">Opens a scan of all logs, with what knows the tables.</param>
/// <param name="stop">Cancels.</param>
internal sealed class RowHistoryReader(
    TableName table, KeyChoice keys, Func<EventFilter, ITableSchemaSource?, EventScan> open, CancellationToken stop)
{
    // Between the end of the log and the live row others may write.
    private const int Attempts = 3;

    /// <summary>The server that has the table; null for none.</summary>
    public IQueryClient? Client { get; init; }

    /// <summary>Whether that is a MariaDB.</summary>
    public bool IsMariaDb { get; init; }

    /// <summary>What is known of the tables whose foreign keys may change the rows.</summary>
    public Func<TableFilter, ITableSchemaSource>? OpenSchema { get; init; }

    /// <summary>The table as it was when the logs begin; null where the server or the logs have to tell.</summary>
    public SchemaCatalog? Schema { get; init; }

    /// <summary>What the logs do not tell, each with its place.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>The versions of each row, oldest first, row after row.</summary>
    /// <exception cref="RecoveryException">HistoryKeyInvalid, and what reading ends in.</exception>
    public IEnumerable<RowVersion> Read()
    {
        for (int attempt = 1; ; attempt++)
        {
            (TableEras eras, TableSchema? live, RowHistory history) = ReadLogs();
            using (history)
            {
                Notes = history.Notes;
                List<HistoryLine> lines = [.. history.Lines];
                if (live == null || AddLive(eras, live, lines, isLast: attempt == Attempts))
                    return lines.OrderBy(l => l.Asked).SelectMany(l => l.Versions);
            }
        }
    }

    private (TableEras Eras, TableSchema? Live, RowHistory History) ReadLogs()
    {
        TableSchema? live = FindLive(table);
        TableSchema? first = Find(table);
        TableEras eras = first != null ? TableEras.Forward(first, [])
            : live != null ? TableEras.Backward(live, []) : TableEras.OfLog(table, []);
        if (TryRead(eras) is { } history)
            return (eras, live, history);
        List<LoggedDefinition> definitions = ReadDefinitions();
        TableName last = table;
        // What had the name at first may have another now.
        if (live == null && TableTrail.Follow(table, definitions, out TableName? renamed) != null && renamed is { } now)
            (last, live) = (now, FindLive(now));
        List<TrailStep> steps = TableTrail.FollowBack(last, definitions);
        TableName begin = steps.Count == 0 ? last : steps[0].Before;
        first = Find(begin);
        eras = first != null ? TableEras.Forward(first, steps)
            : live != null ? TableEras.Backward(live, steps) : TableEras.OfLog(begin, steps);
        history = TryRead(eras) ?? throw AsOf.Changed($"the definitions of {table} in the log cannot be followed");
        return (eras, live, history);
    }

    private TableSchema? FindLive(TableName name) => Client == null
        ? null : ServerSchema.Read(Client, [name], stop).FirstOrDefault(t => t.UnknownReason == null);

    private TableSchema? Find(TableName name) => Schema?.Find(name.Database, name.Name) is { UnknownReason: null } found
        ? found with { Database = name.Database } : null;

    private List<LoggedDefinition> ReadDefinitions()
    {
        using EventScan scan = open(LoggedDefinition.Statements, null);
        return LoggedDefinition.ReadAll(scan);
    }

    private RowHistory? TryRead(TableEras eras)
    {
        keys.Names = eras.Key.Count == 0 ? null : [.. eras.Key.Select(c => c.Last!)];
        List<(TableName Parent, TableName Child)> cascades = Client != null
            ? ServerSchema.FindCascades(Client, stop) : Schema?.FindCascades(table.Database) ?? [];
        TableFilter tables = TableFilter.Only(AsOf.WithParents(eras.Names, cascades));
        var filter = new EventFilter { Tables = tables, WithStatements = true };
        var history = new RowHistory(eras, keys, OpenSchema?.Invoke(tables));
        if (history.Read(schema => open(filter, schema)))
            return history;
        history.Dispose();
        return null;
    }

    /// <summary>Adds the live rows; false where they are not what the log says, which may be because it goes on.</summary>
    private bool AddLive(TableEras eras, TableSchema live, List<HistoryLine> lines, bool isLast)
    {
        if (eras.Key.Count == 0)
            return true;
        var present = TableEras.Backward(live, []);
        var columns = new AsOfColumns(present, present.All[0], [], IsMariaDb);
        string[] key = [.. LogSchema.KeyOf(live)!.Parts.Select(p => p.Column!)];
        bool isAsLogged = true;
        foreach (HistoryLine line in lines.Where(l => l.IsLive))
        {
            OrderedDictionary last = line.Last.Value!;
            if (!Array.TrueForAll(key, last.Contains))
                continue;
            TableRow? row = FindRow(live, columns, KeyChoice.Condition(key, c => last[c]), line.Key);
            isAsLogged &= Add(line, live, row);
        }

        for (int asked = 0; asked < keys.Count; asked++)
        {
            if (lines.Exists(l => l.IsLive && l.Asked == asked))
                continue;
            if (FindRow(live, columns, keys.ConditionOf(asked, key), null) is not { } row)
                continue;
            HistoryLine? line = lines.Find(l => l.Asked == asked);
            if (line == null)
                lines.Add(line = new HistoryLine { Asked = asked });
            isAsLogged &= Add(line, live, row);
        }

        return isAsLogged || isLast;
    }

    private TableRow? FindRow(TableSchema live, AsOfColumns columns, string condition, UInt128? hash)
    {
        using var scratch = new TextBuffer();
        using IQueryRows rows = Client!.Query($"SELECT {columns.Select} FROM {live.QualifiedName.Quoted} WHERE {condition}", stop);
        var budget = new AnswerBudget(Client.Server);
        while (rows.Read())
        {
            budget.AddRow();
            var values = new byte[]?[columns.Count];
            for (int i = 0; i < values.Length; i++)
                values[i] = columns.OfServer(i, rows.GetBytes(i), scratch);
            // The server takes other letters for the same key.
            if (hash == null || hash == columns.KeyOf(values))
                return columns.ToRow(values, Client.Server, Client.Server);
        }

        return null;
    }

    private bool Add(HistoryLine line, TableSchema live, TableRow? row)
    {
        if (row != null && line.Versions.Count > 0 && line.Confirm(row.Value))
        {
            line.Last.Server = Client!.Server;
            return true;
        }

        bool isNew = line.Versions.Count == 0;
        if (!isNew)
            line.Doubt("the server has the row otherwise, and the logs do not show since when");
        string? notes = Notes.Count == 0 ? null : string.Join("; ", Notes);
        line.Add(new RowVersion
        {
            Server = Client!.Server,
            Database = live.Database ?? string.Empty,
            Table = live.Name,
            Key = row?.Key ?? line.Versions.LastOrDefault()?.Key,
            Value = row?.Value,
            IsExact = isNew && notes == null,
            Reason = isNew ? notes ?? "the logs have no change of it" : "the server has it so, and the logs do not show what made it so",
        });
        return isNew;
    }
}
