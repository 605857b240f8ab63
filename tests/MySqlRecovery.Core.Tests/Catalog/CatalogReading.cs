using System.Collections;
using System.Globalization;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.History;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.Core.Tests.Catalog;

/// <summary>Everything that readings of the same logs give, as lines: with catalogs, looked at ahead, with neither, the same.</summary>
/// <param name="logs">The logs.</param>
/// <param name="catalogs">Their catalogs, or null.</param>
/// <param name="ahead">Looks at them ahead, or null.</param>
/// <param name="schema">The definitions of their tables, or null.</param>
internal sealed class CatalogReading(
    IReadOnlyList<string> logs, ILogCatalogs? catalogs, ILogsAhead? ahead = null, string? schema = null)
{
    /// <summary>What a scan lets through, in doubt and not, and what explains that it lets nothing through.</summary>
    public List<string> Events(EventFilter filter, long? start = null, long? stop = null, bool salvages = false)
    {
        var lines = new List<string>();
        var sights = new FilterSights();
        using (EventScan scan = Open(filter, start, stop, sights.Begin(), salvages))
        {
            Read(scan, lines, view =>
            {
                // What only frames rows that are not there is of no interest.
                if (filter.NeedsRows && view.Type.IsQuery()
                    && (!view.TryGetStatement(out string statement, out _, out _)
                        || statement.StartsWith("SAVEPOINT", StringComparison.Ordinal)))
                    return;
                string rows = view.HasRows ? $" {view.Table!.QualifiedName} {view.MeasureRows(view.Rows)}" : string.Empty;
                lines.Add($"{view.LogFile}:{view.Position}+{view.PayloadOffset} {view.Type}{rows} {view.GtidText} {view.ThreadId} "
                    + $"{view.End}");
            });
        }

        lines.AddRange(filter.Doubts.Lines);
        lines.AddRange(sights.Explain(filter, takesEvents: false));
        if (filter.Where?.FindUnknownColumn() is { } column)
            lines.Add($"unknown: {column}");
        return lines;
    }

    /// <summary>The undo of what is chosen, and what stands in its way.</summary>
    public List<string> Undo(EventFilter filter)
    {
        var lines = new List<string>();
        using EventScan scan = Open(filter, null, null, null, salvages: false);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true);
        for (int i = 0; i < index.Transactions.Count; i++)
            lines.Add($"{index.Describe(index.Transactions[i])} {index.EndOf(i)}");
        for (int i = 0; i < index.Events.Count; i++)
            lines.Add($"{index.Events[i] with { Map = 0 }} {index.Maps[index.Events[i].Map].QualifiedName}");
        lines.AddRange(index.Tables.Select(t => t.ToString()));
        lines.Add($"{index.RowCount} rows, {index.Events.Count} events");
        lines.AddRange(index.Reasons);
        var selection = new EventSelection(filter, isPart: false);
        lines.AddRange(LaterFindings.Find(
            index, selection, [], movesBytes: true, all => Open(all, null, null, null, salvages: false))?.Lines ?? []);
        return lines;
    }

    /// <summary>The sums by table.</summary>
    public List<string> Sums()
    {
        var measure = new BinlogMeasure(BinlogSummaryKind.Table);
        using EventScan scan = Open(new EventFilter { WithStatements = true }, null, null, null, salvages: false);
        scan.Sums = measure;
        var lines = new List<string>();
        Read(scan, lines, view => measure.Add(view));
        foreach (BinlogSummary sum in measure.Complete())
        {
            lines.Add(string.Join(' ', typeof(BinlogSummary).GetProperties().Select(p => $"{p.Name}="
                + (p.GetValue(sum) is IEnumerable list and not string ? string.Join(',', list.Cast<object>()) : p.GetValue(sum)))));
        }

        lines.AddRange(measure.Unseen);
        return lines;
    }

    /// <summary>The versions of rows.</summary>
    public List<string> History(TableName table, params object[] keys)
    {
        var reader = new RowHistoryReader(table, new KeyChoice(keys), (filter, known) => new EventScan(
            logs.Select(LogRange.Whole), filter, default, known)
        {
            Salvage = true,
            Catalogs = catalogs,
            Ahead = ahead,
        }, default)
        {
            Schema = schema == null ? null : SchemaCatalog.Parse(schema),
        };
        var lines = new List<string>();
        foreach (RowVersion version in reader.Read())
        {
            lines.Add(string.Create(
                CultureInfo.InvariantCulture, $"{Show(version.Key)} {version.ValidFrom:u} {version.ValidTo:u} {version.FromGtid} "
                    + $"{version.FromFile}:{version.FromPosition} {version.Operation} {version.ThreadId} {version.Statement} "
                    + $"{string.Join(',', version.ChangedColumn)} {Show(version.Value)} {version.IsExact} {version.Reason}"));
        }

        return [.. lines, .. reader.Notes];
    }

    private EventScan Open(EventFilter filter, long? start, long? stop, LogSights? sights, bool salvages) =>
        new(LogRange.Of(logs, start, stop), filter, default, schema == null ? null : new LogSchema(SchemaCatalog.Parse(schema)))
        {
            Catalogs = catalogs,
            Ahead = ahead,
            Sights = sights,
            Salvage = salvages,
        };

    private static void Read(EventScan scan, List<string> lines, Action<EventView> take)
    {
        while (true)
        {
            try
            {
                if (!scan.Read())
                    return;
                take(new EventView(scan));
            }
            catch (RecoveryException e)
            {
                lines.Add($"{e.ErrorId} {e.Message}");
            }
        }
    }

    private static string Show(IDictionary? row) =>
        row == null ? "-" : string.Join(',', row.Cast<DictionaryEntry>().Select(e => $"{e.Key}={e.Value}"));
}
