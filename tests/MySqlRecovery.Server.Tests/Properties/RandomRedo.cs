using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using Xunit;

namespace MySqlRecovery.Server.Tests.Properties;

/// <summary>What is chosen of a history as SQL, to be done again where nothing of it has been done.</summary>
internal static class RandomRedo
{
    /// <summary>Writes it; gives what is said of it.</summary>
    public static (string[] Reasons, string[] Later) Write(string log, RandomChoice choice, string? schemaPath, bool fold, string path)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        EventFilter filter = choice.Filter(withStatements: true);
        var selection = new EventSelection(filter, choice.Start != null || choice.End != null);
        using EventScan scan = choice.Open(log, filter, schemaPath, readWhole: false);
        if (fold)
        {
            using ChangeIndex index = ChangeIndexBuilder.Build(
                scan, reverse: false, movesBytes: false, findLaterChanges: found => LaterFindings.FindLeftOut(found, selection, OpenWhole),
                sumsUp: true);
            if (index.Transactions.Count == 0)
                throw index.NothingFound();
            SqlExport sql = RowSqlExport.WriteFile(index, filter.Where, new SqlForm { Fold = true }, path, overwrite: true, stop);
            return (sql.Reason, sql.LaterChange ?? ["not looked for"]);
        }

        using var output = new SqlFileOutput(path, overwrite: true, [log]);
        using var stream = new RowSqlStream(filter, new SqlForm { BatchSize = choice.Start == null ? 1 : 3 }, output, scan.Schema);
        while (scan.Read())
            stream.Add(new EventView(scan));
        stream.LaterChanges = LaterFindings.FindLeftOut([.. stream.Tables], selection, OpenWhole);
        stream.Complete();
        return (stream.Reasons, stream.LaterChanges);

        EventScan OpenWhole(EventFilter all) => choice.Open(log, all, schemaPath, readWhole: true);
    }
}
