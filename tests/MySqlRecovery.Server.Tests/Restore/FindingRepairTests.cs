using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Changes;
using MySqlRecovery.Client;
using MySqlRecovery.Consistency.Data;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Restore;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Consistency;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Restore;

/// <summary>
/// Rows in which a replica differs from its source, repaired with a verdict each, and nothing of it in the replica's log.
/// </summary>
public sealed class FindingRepairTests
{
    private const int Tables = 60;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerFlavour.MySql56, ServerFlavour.MySql57)]
    [InlineData(ServerFlavour.MySql57, ServerFlavour.MySql)]
    [InlineData(ServerFlavour.MariaDb, ServerFlavour.MariaDb118)]
    public void Rows_of_random_tables_become_what_they_are_on_the_source_unless_they_are_named(ServerFlavour older, ServerFlavour newer)
    {
        using MySqlServer source = MySqlServer.Start(older), replica = MySqlServer.Start(newer);
        for (int seed = 1; seed <= 3; seed++)
        {
            var tables = new RandomTables(seed, older, newer);
            (string Create, string Change)[] all = [.. Enumerable.Range(0, Tables).Select(i => tables.Next($"t{i:0000}"))];
            const string Session = "SET NAMES utf8mb4; SET time_zone = '+00:00'; SET sql_mode = ''; ";
            foreach (MySqlServer server in (MySqlServer[])[source, replica])
                server.Sql($"{Session} DROP DATABASE IF EXISTS r; CREATE DATABASE r; USE r;\n{string.Concat(all.Select(t => t.Create))}");
            replica.Sql($"{Session}{string.Join('\n', all.Select(t => t.Change))}", "r");
            List<ConsistencyFinding> findings = Compare(source, replica, "r");
            Assert.NotEmpty(findings);

            BinlogPosition position = replica.Position();
            List<RowVerdict> done = Repair(replica, findings);
            Assert.Equal(findings.Count, done.Count);
            Assert.All(done.Where(v => v.Key != null), v => Assert.True(
                v.IsApplied || IsUnwritable(v) || IsOfOtherWords(v), $"seed {seed}: {v}\n{CreateOf(v)}"));
            string?[] left = [.. done.Where(v => !v.IsApplied).Select(v => v.Table).Distinct().Order(StringComparer.Ordinal)];
            Assert.Equal(left, Compare(source, replica, "r").Select(f => f.Table).Distinct().Order(StringComparer.Ordinal));
            Assert.Equal(position, replica.Position());
            Assert.All(Repair(replica, findings).Where(v => v.Key != null && !IsUnwritable(v)), v => Assert.True(
                v.Verdict == RestoreVerdict.AlreadyRestored || IsOfOtherWords(v), $"seed {seed}: {v}\n{CreateOf(v)}"));

            string CreateOf(RowVerdict v) => all[int.Parse(v.Table[1..], CultureInfo.InvariantCulture)].Create;

            // Such as text that is not valid in its character set.
            static bool IsUnwritable(RowVerdict v) =>
                v.Verdict == RestoreVerdict.NotInLog && v.Reason!.StartsWith("the row has no repair", StringComparison.Ordinal);

            // 5.7 writes the double 1.0 of a document as 1, which is how 9.7 writes the integer.
            bool IsOfOtherWords(RowVerdict v) => older == ServerFlavour.MySql57 && v.Column.Length > 0
                && Array.TrueForAll(v.Column, c => CreateOf(v).Contains($"{c} JSON", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(ServerFlavour.MySql)]
    [InlineData(ServerFlavour.MySql57)]
    [InlineData(ServerFlavour.MySql56)]
    [InlineData(ServerFlavour.MariaDb)]
    [InlineData(ServerFlavour.MariaDb118)]
    public void A_row_that_changed_since_it_was_found_stays_and_triggers_and_foreign_keys_are_minded(ServerFlavour flavour)
    {
        using MySqlServer source = MySqlServer.Start(flavour), replica = MySqlServer.Start(flavour);
        foreach (MySqlServer server in (MySqlServer[])[source, replica])
        {
            server.Sql("""
                CREATE DATABASE d; USE d;
                CREATE TABLE p (id INT PRIMARY KEY, v VARCHAR(10), u INT, UNIQUE (u));
                CREATE TABLE c (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id));
                CREATE TABLE told (id INT PRIMARY KEY, v INT); CREATE TABLE heard (v INT);
                CREATE TRIGGER tell AFTER UPDATE ON told FOR EACH ROW INSERT INTO heard VALUES (NEW.v);
                INSERT INTO p VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3), (4, 'four', 4), (5, 'five', 5);
                INSERT INTO c VALUES (10, 1), (20, 2); INSERT INTO told VALUES (1, 1);
                """);
        }

        replica.Sql("""
            UPDATE p SET u = 100 WHERE id = 3; UPDATE p SET u = 3 WHERE id = 4; UPDATE p SET u = 4 WHERE id = 3;
            DELETE FROM c WHERE id = 20; DELETE FROM p WHERE id = 2;
            UPDATE p SET v = 'drift' WHERE id = 5; INSERT INTO p VALUES (6, 'errant', 6); UPDATE told SET v = 2; DELETE FROM heard;
            """, "d");
        List<ConsistencyFinding> findings = Compare(source, replica, "d");
        replica.Sql("UPDATE p SET v = 'later' WHERE id = 5; INSERT INTO c VALUES (60, 6)", "d");
        List<RowVerdict> done = Repair(replica, findings);
        Assert.All(done, v => Assert.True(v.Key != null, v.ToString()));
        Assert.Equal(
            [
                "c 20 Clean", "p 2 Clean", "p 3 Clean", "p 4 Clean", "p 5 ChangedSince", "p 6 ChildPresent", "told 1 Clean",
            ],
            done.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Table} {v.Key!["id"]} {v.Verdict}"))
                .Order(StringComparer.Ordinal));
        RowVerdict held = Assert.Single(done, v => v is { Verdict: RestoreVerdict.Clean, IsApplied: false });
        Assert.Contains("-AllowTrigger", held.Reason, StringComparison.Ordinal);
        Assert.All(done, v => Assert.True(v.IsRepair));
        Assert.Equal([("p", 5), ("p", 6), ("told", 1)], done.Where(v => !v.IsApplied).Select(v => (v.Table, (int)v.Key!["id"]!)).Order());

        // Verdicts are taken in place of findings.
        replica.Sql("DELETE FROM c WHERE id = 60", "d");
        List<RowVerdict> again = Run(replica, s => done.Where(v => v.Table == "p").ToList().ForEach(s.Add));
        Assert.Equal([6], again.Where(v => v.IsApplied).Select(v => (int)v.Key!["id"]!));
        Repair(replica, findings, new RestoreOptions { OnConflict = ConflictAction.Overwrite, AllowTrigger = true });
        Assert.DoesNotContain(Compare(source, replica, "d"), f => f.Table != "heard");
    }

    [Fact]
    public void An_account_that_may_not_turn_logging_off_repairs_all_the_same_and_it_is_said()
    {
        using MySqlServer source = MySqlServer.Start(ServerFlavour.MySql), replica = MySqlServer.Start(ServerFlavour.MySql);
        foreach (MySqlServer server in (MySqlServer[])[source, replica])
            server.Sql("CREATE DATABASE d; CREATE TABLE d.t (id INT PRIMARY KEY); INSERT INTO d.t VALUES (1)");
        replica.Sql("DELETE FROM d.t; CREATE USER small; GRANT SELECT, INSERT, UPDATE, DELETE ON d.* TO small");
        List<ConsistencyFinding> findings = Compare(source, replica, "d");
        Assert.Contains("SESSION_VARIABLES_ADMIN", Warn("small"), StringComparison.Ordinal);
        Assert.Equal("1", replica.Scalar("SELECT COUNT(*) FROM d.t"));
        Assert.Null(Warn("root"));

        string? Warn(string user)
        {
            string? warning = null;
            Run(replica, s => findings.ForEach(s.Add), user: user, look: r => warning = r.Warning);
            return warning;
        }
    }

    private static List<ConsistencyFinding> Compare(MySqlServer here, MySqlServer there, string database)
    {
        using ComparedServer source = new(here.Connect, Token), replica = new(there.Connect, Token);
        var options = new DataCheckOptions { Tables = new TableFilter([database], [], [], []) };
        return [.. new DataCheck(new ServerPair(source, replica), options).Run(e => throw e, Token)];
    }

    private static List<RowVerdict> Repair(MySqlServer replica, List<ConsistencyFinding> findings, RestoreOptions? options = null) =>
        Run(replica, s => findings.ForEach(s.Add), options);

    private static List<RowVerdict> Run(
        MySqlServer replica, Action<SummedSpool> add, RestoreOptions? options = null, string user = "root", Action<RestoreRun>? look = null)
    {
        var account = new ConnectionOptions { Socket = replica.SocketPath, User = user };
        using ServerConnection connection = ServerConnection.Open(account, Token);
        using var spool = new SummedSpool(new PipelineTableMaps(null), new LiveTableMaps(() => connection, Token), takesLikely: true);
        add(spool);
        using RestoreRun run = RestoreRun.Of(
            connection, spool.Rows, spool.ToIndex(), new SqlForm { Reverse = true }, spool.HasFindings, Token);
        List<RowVerdict> done = [.. new RowRestore(run, options ?? new RestoreOptions()).Restore().Select(run.ToVerdict)];
        look?.Invoke(run);
        return done;
    }
}
