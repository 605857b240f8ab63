using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Restore;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Properties;

/// <summary>What is chosen of a history, undone on the server itself.</summary>
internal static class RandomRestore
{
    /// <summary>Restores; gives what is said beside the verdicts of rows, and how many rows were left as they are.</summary>
    public static (string[] Reasons, string[] Later, long Left) Run(
        MySqlServer server, string log, RandomChoice choice, string? schemaPath, Random random)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        EventFilter filter = choice.Filter(withStatements: true);
        using EventScan scan = Open(LogRange.Of([log], choice.Start, choice.End), filter);
        ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true, movesBytes: false, keepsUnusable: true);
        if (index.Transactions.Count == 0)
        {
            using (index)
                throw index.NothingFound();
        }

        using ServerConnection connection = server.Connect();
        using RestoreRun run = RestoreRun.Of(
            connection, index, filter.Where, new SqlForm { Reverse = true, Columns = choice.Columns }, stop,
            all => Open([LogRange.Whole(log)], all),
            new ChosenLogs(
                all => Open(LogRange.Of([log], choice.Start, choice.End).Select(r => r with { IsReadWhole = true }), all),
                new EventSelection(filter, choice.Start != null || choice.End != null)),
            cascade: random.Next(2) == 0);
        var options = new RestoreOptions { BatchSize = random.Next(1, 10), AsRowEvent = random.Next(2) == 0 };
        var tally = new RestoreTally(run);
        // What others did to a key that a chosen change gave a row would have met another row, or none, without it.
        bool isMoved = false, isMet = false;
        foreach (RestoreRow row in new RowRestore(run, options).Restore())
        {
            tally.Add(row);
            isMoved |= row.Change.Flags.HasFlag(NetChangeFlags.Moved);
            isMet |= row.Verdict != RestoreVerdict.Clean;
        }

        RestoreResult[] results = [.. tally.Results(wasStopped: false)];
        string[] reasons = isMoved && isMet ? ["not comparable"] : Array.TrueForAll(results, r => r.IsComplete) ? [] : run.Reasons;
        return (reasons, [], results.Sum(r => r.LeftCount));

        EventScan Open(IEnumerable<LogRange> logs, EventFilter asked) => new(
            logs, asked, stop,
            schemaPath == null ? new ServerLogSchema(() => server.Connect(), null, _ => { }, stop) : LogSchema.Load(schemaPath));
    }
}
