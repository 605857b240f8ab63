using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>Rows that can no longer be undone, because of a statement that was not chosen: those of a table before it.</summary>
/// <param name="Database">Database of the table.</param>
/// <param name="Table">The table.</param>
/// <param name="Cause">Why.</param>
/// <param name="LogFile">The log that has the statement.</param>
/// <param name="Position">Offset of the statement.</param>
internal sealed record LaterLoss(string Database, string Table, string Cause, string LogFile, long Position);

/// <summary>What decided an XA transaction that was prepared.</summary>
/// <param name="Id">The transaction.</param>
/// <param name="IsRollback">Whether it was rolled back; else it was committed.</param>
/// <param name="LogFile">The log that has the statement.</param>
/// <param name="Position">Offset of the statement.</param>
internal sealed record XaDecision(string Id, bool IsRollback, string LogFile, long Position);

/// <summary>What was not chosen and stands in the way.</summary>
/// <param name="Lines">Rows that were changed again, and what could not be read, one line each.</param>
/// <param name="Losses">What can no longer be undone.</param>
/// <param name="Logs">The logs in their order.</param>
internal sealed record LaterFindings(string[] Lines, IReadOnlyList<LaterLoss> Losses, IReadOnlyDictionary<string, int> Logs)
{
    /// <summary>What decided XA transactions that were prepared among the changes.</summary>
    public IReadOnlyList<XaDecision> Decisions { get; init; } = [];

    /// <summary>Rows that foreign keys changed along with those of a pipeline, and that did not come down it.</summary>
    public FilterDoubts Cascades { get; init; } = new();

    /// <summary>The rows that the undo is to leave as they are; null: it takes them all.</summary>
    public LeftOutRows? LeftOut { get; init; }

    /// <summary>What decided a transaction that was prepared at a place; null where nothing did.</summary>
    public XaDecision? DecisionOf(string id, string log, long position) => Decisions.FirstOrDefault(
        d => string.Equals(d.Id, id, StringComparison.OrdinalIgnoreCase) && IsBefore(log, position, d.LogFile, d.Position));

    /// <summary>Looks for what came after the changes to be undone; null where nothing was left out.</summary>
    /// <param name="index">The changes.</param>
    /// <param name="selection">What was chosen.</param>
    /// <param name="columns">The only columns that the undo sets; empty for all.</param>
    /// <param name="movesBytes">Whether rows are undone as bytes, in a binlog.</param>
    /// <param name="openWhole">Opens a scan of the whole logs.</param>
    /// <param name="leavesOut">Whether the rows that were changed again are to be left out of the undo.</param>
    /// <param name="renames">Under which names tables are written; null where rows are not written to renamed tables.</param>
    /// <param name="sumsUp">Whether the undo is the sum of all changes (-Fold).</param>
    /// <exception cref="RecoveryException">LaterChangeUnknown: they are to be left out, and which they are cannot be known.</exception>
    public static LaterFindings? Find(
        ChangeIndex index, IEventSelection selection, string[] columns, bool movesBytes, Func<EventFilter, EventScan> openWhole,
        bool leavesOut = false, TableRenames? renames = null, bool sumsUp = false)
    {
        if (!(selection.IsPartial || selection.LeavesTablesOut) || index.Transactions.Count == 0)
            return null;
        TableName[] names = [.. index.Tables];
        TableName[] written = renames == null ? [] : [.. index.Maps.Select(renames.NameOf)];
        LeftOutRows? leftOut = null;
        for (TableReference[] known = []; ;)
        {
            TableFilter tables = TableFilter.Only(names), read = TableFilter.Only([.. names, .. written]);
            using EventScan scan = openWhole(new EventFilter { Tables = read, WithStatements = true });
            // In a sum, a row whose key was changed goes and comes back whole, and so may one that gets what is unique of another.
            var references = new LaterReferences(scan.Schema, names, read, columns, writesWholeRows: movesBytes || sumsUp, known)
            {
                LeftOut = leftOut,
            };
            references.Follow();
            var cascades = new FilterDoubts();
            if (selection.IsPiped)
                scan.NoteCascadesOf(selection, cascades);
            if (!selection.IsPartial && references.Others == null)
                return null;
            var later = new LaterChanges(selection, columns, tables, movesBytes, renames, references, scan.Schema)
            {
                LeftOut = leavesOut ? new LeftOutRows() : null,
            };
            string[] lines = later.Find(scan);
            if (references.CameLate)
            {
                known = references.Met;
                continue;
            }

            later.LeftOut?.Complete();
            if (leftOut == null && later.LeftOut?.Changes.Count > 0 && (later.Tied.Length > 0 || references.IsLooking))
            {
                (known, leftOut) = (references.Met, later.LeftOut);
                continue;
            }

            return new LaterFindings(leavesOut ? later.Tied : lines, later.Losses, later.Logs)
            {
                Decisions = later.Decisions,
                Cascades = cascades,
                LeftOut = later.LeftOut,
            };
        }
    }

    /// <summary>Looks for what changes of a pipeline do not say of themselves: what decided XA transactions that were prepared, and rows
    /// that foreign keys changed along.</summary>
    public static LaterFindings FindUnsaid(ChangeIndex index, IEventSelection piped, Func<EventFilter, EventScan> openWhole)
    {
        var tables = TableFilter.Only([.. index.Tables]);
        using EventScan scan = openWhole(new EventFilter { Tables = tables, WithStatements = true });
        var cascades = new FilterDoubts();
        scan.NoteCascadesOf(piped, cascades);
        var later = new LaterChanges(piped, columns: [], tables, schema: scan.Schema);
        later.Find(scan);
        return new LaterFindings([], [], later.Logs) { Decisions = later.Decisions, Cascades = cascades };
    }

    /// <summary>Looks for what was left out before changes that are to be done again.</summary>
    public static string[] FindLeftOut(
        IReadOnlyCollection<TableName> tables, IEventSelection selection, Func<EventFilter, EventScan> openWhole)
    {
        if (!selection.LeavesOut || tables.Count == 0)
            return [];
        var filter = TableFilter.Only(tables);
        return new LeftOutChanges(selection).Find(() => openWhole(new EventFilter { Tables = filter, WithStatements = true }));
    }

    /// <summary>The same for changes that are indexed.</summary>
    public static LaterFindings? FindLeftOut(ChangeIndex index, IEventSelection selection, Func<EventFilter, EventScan> openWhole) =>
        new(FindLeftOut([.. index.Tables], selection, openWhole), [], new Dictionary<string, int>());

    /// <summary>Whether a transaction comes before a statement.</summary>
    public bool IsBefore(string log, long position, LaterLoss loss) => IsBefore(log, position, loss.LogFile, loss.Position);

    private bool IsBefore(string log, long position, string otherLog, long otherPosition) =>
        Logs.TryGetValue(log, out int number) && (number, position).CompareTo((Logs[otherLog], otherPosition)) < 0;
}
