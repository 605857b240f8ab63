using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Server.Tests.Properties;

/// <summary>Which part of a history is to be undone.</summary>
internal sealed class RandomChoice
{
    private static readonly int[] Kinds = [0, 0, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6, 6, 7, 7];

    private readonly Func<RandomTransaction, RandomStatement, IReadOnlyCollection<int>> _chosen;
    private readonly Func<RandomTransaction, bool> _definitions;

    private RandomChoice(
        string description, Func<EventFilter, EventFilter> filter,
        Func<RandomTransaction, RandomStatement, IReadOnlyCollection<int>> chosen,
        Func<RandomTransaction, bool> definitions)
    {
        Description = description;
        Narrow = filter;
        (_chosen, _definitions) = (chosen, definitions);
    }

    public string Description { get; }

    public long? Start { get; private init; }

    public long? End { get; private init; }

    /// <summary>The only columns to be undone, of updates; empty for all.</summary>
    public string[] Columns { get; private init; } = [];

    private Func<EventFilter, EventFilter> Narrow { get; }

    public static RandomChoice Make(RandomHistory history, Random random)
    {
        // Of tables with triggers, what they did goes with what it was done by.
        int kind = history.HasTriggers ? random.Next(4) : Kinds[random.Next(Kinds.Length)];
        int[] ofUpdates = [0, 1, 2, 3, 6];
        return kind != 7 ? Make(history, random, kind)
            : OfColumns(Make(history, random, ofUpdates[random.Next(ofUpdates.Length)]), history, random);
    }

    /// <summary>The filter, each time anew: it keeps what it cannot know.</summary>
    public EventFilter Filter(bool withStatements) => Narrow(new EventFilter { WithStatements = withStatements });

    /// <summary>Opens a reading of what is chosen.</summary>
    public EventScan Open(string log, EventFilter filter, string? schemaPath, bool readWhole) => new(
        LogRange.Of([log], Start, End).Select(r => r with { IsReadWhole = readWhole }), filter, TestContext.Current.CancellationToken,
        schemaPath == null ? null : LogSchema.Load(schemaPath));

    /// <summary>Numbers of the rows of a statement that are chosen.</summary>
    public IReadOnlyCollection<int> ChosenIds(RandomTransaction transaction, RandomStatement statement) => _chosen(transaction, statement);

    /// <summary>Whether it leaves nothing out that was logged.</summary>
    public bool TakesAll(RandomHistory history) => Columns.Length == 0 && history.Transactions.All(
        t => (t.Definition == null || _definitions(t)) && t.Statements.All(s => s.Ids.Length == _chosen(t, s).Count));

    private static RandomChoice Make(RandomHistory history, Random random, int kind)
    {
        List<RandomTransaction> logged = [.. history.Transactions.Where(t => t.IsLogged)];
        // MariaDB 10.11 does not log the session, which is said.
        bool hasSession = history.LogsSession || random.Next(10) == 0;
        if (logged.Count == 0 || kind == 0 || (kind == 1 && !hasSession))
            return new RandomChoice("all", f => f, (_, s) => s.Ids, _ => true);
        switch (kind)
        {
            case 1:
                uint thread = logged[random.Next(logged.Count)].ThreadId;
                return OfTransactions($"session {thread}", t => t.ThreadId == thread, f => f with { ThreadIds = [thread] });
            case 2:
                HashSet<RandomTransaction> some = [.. logged.Where(_ => random.Next(2) == 0)];
                string[] gtids = [.. BinlogRecovery.ReadEvents([history.Log])
                    .Where(e => e.Gtid != null && some.Any(t => e.TransactionPosition >= t.Start && e.TransactionPosition < t.End))
                    .Select(e => e.Gtid!).Distinct()];
                return gtids.Length == 0 ? new RandomChoice("all", f => f, (_, s) => s.Ids, _ => true)
                    : OfTransactions($"{gtids.Length} transactions", some.Contains,
                        f => f with { Gtids = new GtidFilter(GtidSet.Parse(gtids), null) });
            case 3:
                int first = random.Next(logged.Count), last = random.Next(first, logged.Count);
                long start = logged[first].Start, end = logged[last].End;
                return new RandomChoice($"positions {start} to {end}", f => f, (t, s) => t.Start >= start && t.End <= end ? s.Ids : [],
                    t => t.Start >= start && t.End <= end)
                {
                    Start = start,
                    End = end,
                };
            case 4:
                string table = history.TableNames.ElementAt(random.Next(history.TableNames.Count()));
                return new RandomChoice(
                    $"table {table}", f => f with { Tables = Only(table) },
                    (_, s) => s.Table == table ? s.Ids : [], _ => true);
            case 5:
                var operation = (RowOperation)random.Next(3);
                return new RandomChoice($"operation {operation}", f => f with { Operations = [operation] },
                    (_, s) => s.Operation == operation ? s.Ids : [], _ => false);
            default:
                int[] ids = [.. Enumerable.Range(1, 5).OrderBy(_ => random.Next()).Take(2)];
                return new RandomChoice(
                    $"where id is {string.Join(" or ", ids)}",
                    f => f with { Where = new RowPredicate(new Dictionary<string, object> { ["id"] = ids }) }, (_, s) => Where(s, ids),
                    _ => false);
        }
    }

    // The columns of one table: others have others.
    private static RandomChoice OfColumns(RandomChoice of, RandomHistory history, Random random)
    {
        string table = history.TableNames.ElementAt(random.Next(history.TableNames.Count()));
        string[] columns = [.. history.ColumnsOf(table).OrderBy(_ => random.Next()).Take(random.Next(1, 3))];
        return new RandomChoice(
            $"columns {string.Join(" and ", columns)} of {table} of {of.Description}", f => of.Narrow(f) with
            {
                Operations = [RowOperation.Update],
                Tables = Only(table)
            },
            (t, s) => s.Operation == RowOperation.Update && s.Table == table ? of._chosen(t, s) : [], _ => false)
        {
            Start = of.Start,
            End = of.End,
            Columns = columns,
        };
    }

    private static TableFilter Only(string table) => new([], [], [$"{RandomHistory.Database}.{table}"], []);

    private static RandomChoice OfTransactions(string description, Func<RandomTransaction, bool> isChosen,
        Func<EventFilter, EventFilter> filter) =>
        new(description, filter, (t, s) => isChosen(t) ? s.Ids : [], isChosen);

    // A row that gets another number has both.
    private static int[] Where(RandomStatement statement, int[] ids) =>
        !statement.HasNumber ? []
        : !statement.IsMove ? [.. statement.Ids.Intersect(ids)] : statement.Ids.Intersect(ids).Any() ? statement.Ids : [];
}
