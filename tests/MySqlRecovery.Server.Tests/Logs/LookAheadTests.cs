using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>Logs that are long enough to be looked at ahead on other threads.</summary>
public abstract class LookAheadTests(ServerFixture fixture)
{
    private const int Rounds = 400;

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Sums_of_a_long_log_are_those_of_its_rows_and_a_rare_table_is_found_in_it()
    {
        Server.Sql(
            "CREATE DATABASE ahead; CREATE TABLE ahead.a (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(4000)) ENGINE=InnoDB; "
                + "CREATE TABLE ahead.b LIKE ahead.a; CREATE TABLE ahead.rare LIKE ahead.a; "
                + "CREATE TABLE ahead.m (v LONGBLOB) ENGINE=MyISAM");
        Server.FlushLogs();
        Server.Sql(string.Join(' ', Enumerable.Range(0, Rounds).Select(Round)), "ahead");
        string log = Server.FlushLogs();
        Assert.True(new FileInfo(log).Length > 8 << 20, "the log is too short to be looked at ahead");

        RowChange[] rows = [.. new BinlogReader([log]).ReadRowChanges()];
        string[] expected = [.. rows.GroupBy(r => $"{r.Database}.{r.Table}").OrderBy(g => g.Key, StringComparer.Ordinal).Select(g =>
            $"{g.Key} {g.Count()} {g.Count(r => r.Operation == RowOperation.Insert)} {g.Count(r => r.Operation == RowOperation.Update)} "
                + $"{g.Select(r => r.TransactionPosition).Distinct().Count()} {g.First().Timestamp:u} {g.Last().Timestamp:u} "
                + $"{g.Min(r => r.TransactionPosition)}")];
        BinlogSummary[] sums = [.. new BinlogReader([log]).Measure(BinlogSummaryKind.Table)];
        Assert.Equal(expected, sums.Select(s =>
            $"{s.Database}.{s.Table} {s.RowCount} {s.InsertCount} {s.UpdateCount} {s.TransactionCount} {s.FirstTimestamp:u} "
                + $"{s.LastTimestamp:u} {s.StartPosition}"));
        Assert.Equal(
            rows.Where(r => r.Table == "rare").Select(Describe),
            new BinlogReader([log]) { Table = ["rare"] }.ReadRowChanges().Select(Describe));
        uint thread = rows[^1].ThreadId ?? 0;
        Assert.Equal(
            rows.Where(r => r.ThreadId == thread).Select(Describe),
            new BinlogReader([log]) { ThreadId = [thread] }.ReadRowChanges().Select(Describe));
    }

    // Small transactions; now and then of a rare table, a definition, a rollback, XA, what is too long for a buffer, no transaction.
    private static string Round(int i) =>
        "INSERT INTO a (v) VALUES (REPEAT('x', 4000)), (REPEAT('y', 4000)), (REPEAT('z', 4000)); "
            + "BEGIN; INSERT INTO b (v) VALUES (REPEAT('b', 4000)), ('b'), (REPEAT('c', 4000)); "
            + "UPDATE a SET v = 'u' WHERE id % 50 = 1; COMMIT; "
            + (i % 40) switch
            {
                7 => "INSERT INTO rare (v) VALUES ('seen'); ",
                11 => $"CREATE TABLE d{i} (id INT); ",
                17 => "BEGIN; INSERT INTO b (v) VALUES ('kept'); SAVEPOINT s; INSERT INTO rare (v) VALUES ('gone'); ROLLBACK TO s; "
                    + "COMMIT; ",
                23 => $"XA START 'x{i}'; INSERT INTO b (v) VALUES ('xa'); XA END 'x{i}'; XA PREPARE 'x{i}'; XA COMMIT 'x{i}'; ",
                29 => "INSERT INTO m VALUES (REPEAT('l', 2000000)); ",
                _ => "",
            };

    private static string Describe(RowChange row) =>
        $"{row.LogFile}:{row.Position} {row.Operation} {row.Table} {row.ThreadId} {row.TransactionPosition} "
            + $"{Convert.ToHexString((row.AfterImage ?? row.BeforeImage)!.AsSpan(0, 8))}";
}
