using MySqlRecovery.Changes;
using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Restore;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Restore;

/// <summary>Rows that something which was not chosen gave another key, or other values where there is no key, between the changes or since:
/// neither the changes nor the server's rows show it.</summary>
public abstract class RowTrailTests(ServerFixture fixture)
{
    private MySqlServer Server => fixture.Server;

    [Theory]
    // A row that was inserted is there under another key.
    [InlineData("moved", "keyed", "INSERT INTO keyed VALUES (3, 'x'); UPDATE keyed SET id = 4 WHERE id = 3", "3:NotInLog")]
    [InlineData("moved_on", "keyed", "INSERT INTO keyed VALUES (3, 'x'); UPDATE keyed SET id = 4 WHERE id = 3; "
        + "UPDATE keyed SET id = 5 WHERE id = 4", "3:NotInLog")]
    // So is one that was changed once more, and the other that has its key is none of these.
    [InlineData("deleted", "keyed", "INSERT INTO keyed VALUES (3, 'x'); UPDATE keyed SET id = 4 WHERE id = 3; "
        + "DELETE FROM keyed WHERE id = 4", "3:NotInLog, 4:NotInLog")]
    [InlineData("changed", "keyed", "INSERT INTO keyed VALUES (3, 'x'); UPDATE keyed SET id = 4 WHERE id = 3; "
        + "INSERT INTO keyed VALUES (5, 'y'); UPDATE keyed SET id = 3 WHERE id = 5", "3:NotInLog, 5:NotInLog")]
    [InlineData("replaced", "keyed", "INSERT INTO keyed VALUES (3, 'x'); UPDATE keyed SET id = 4 WHERE id = 3; "
        + "UPDATE keyed SET id = 3 WHERE id = 1", "3:NotInLog")]
    // A row that came back to its key is as it was left.
    [InlineData("back", "keyed", "INSERT INTO keyed VALUES (3, 'x'); UPDATE keyed SET id = 4 WHERE id = 3; "
        + "UPDATE keyed SET id = 3 WHERE id = 4", "3:Clean")]
    [InlineData("other", "keyed", "INSERT INTO keyed VALUES (3, 'x'); UPDATE keyed SET id = 4 WHERE id = 1", "3:Clean")]
    [InlineData("again", "keyed", "INSERT INTO keyed VALUES (3, 'x'); DELETE FROM keyed WHERE id = 3", "")]
    // Without key, other values make another row of it.
    [InlineData("edited", "keyless", "INSERT INTO keyless VALUES (3, 'x'); UPDATE keyless SET v = 'y' WHERE id = 3", "NotInLog")]
    [InlineData("edited_twice", "keyless", "INSERT INTO keyless VALUES (3, 'x'); UPDATE keyless SET v = 'y' WHERE id = 3; "
        + "UPDATE keyless SET v = 'z' WHERE id = 3", "NotInLog")]
    [InlineData("edited_back", "keyless", "INSERT INTO keyless VALUES (3, 'x'); UPDATE keyless SET v = 'y' WHERE id = 3; "
        + "UPDATE keyless SET v = 'x' WHERE id = 3", "Clean")]
    [InlineData("edited_other", "keyless", "INSERT INTO keyless VALUES (3, 'x'); UPDATE keyless SET v = 'y' WHERE id = 1", "Clean")]
    public void A_row_that_others_led_elsewhere_is_left_and_not_taken_for_restored(
        string name, string table, string statements, string verdicts)
    {
        string log = Make(name, statements);
        string state = Read(name, table);
        var restoring = new Restoring(Server, log)
        {
            Operations = [RowOperation.Insert, RowOperation.Delete],
            Options = new RestoreOptions { OnConflict = ConflictAction.Overwrite },
        };
        Restoring piped = restoring with { IsPiped = true, LogsBeside = [log] };
        foreach (List<RowVerdict> found in (List<RowVerdict>[])[restoring.Test(), piped.Test(), piped.Run()])
        {
            Assert.Equal(verdicts, string.Join(
                ", ", found.OrderBy(v => v.Key?["id"]).Select(v => $"{(v.Key == null ? "" : v.Key["id"] + ":")}{v.Verdict}")));
            Assert.All(
                found.Where(v => v.Verdict == RestoreVerdict.NotInLog),
                v => Assert.Contains("something that was not chosen", v.Reason, StringComparison.Ordinal));
        }

        Assert.Equal(verdicts.Contains("Clean", StringComparison.Ordinal) ? state.Replace("3 x\n", "", StringComparison.Ordinal) : state,
            Read(name, table));
    }

    [Theory]
    [InlineData("keyed", "INSERT INTO keyed VALUES (3, 'x'); UPDATE keyed SET id = 4 WHERE id = 3", "gave the row another key")]
    [InlineData("keyless", "INSERT INTO keyless VALUES (3, 'x'); UPDATE keyless SET v = 'y' WHERE id = 3", "gave the row other values")]
    public void A_row_of_a_pipeline_that_is_not_there_is_not_called_restored_for_sure_where_no_log_says_so(
        string table, string statements, string doubt)
    {
        string log = Make($"alone_{table}", statements);
        var piped = new Restoring(Server, log) { Operations = [RowOperation.Insert], IsPiped = true };
        List<RowVerdict> told = piped.Test(), again = RunAgain(told, out RestoreResult repeated);
        piped.Run(out List<RestoreResult> results);
        foreach (RowVerdict verdict in (RowVerdict[])[.. told, .. again])
        {
            Assert.Equal(RestoreVerdict.AlreadyRestored, verdict.Verdict);
            Assert.Equal($"whether something that was not chosen {doubt} since was not looked for: give -LogPath beside the rows",
                verdict.Reason);
        }

        foreach (RestoreResult result in (RestoreResult[])[Assert.Single(results), repeated])
        {
            Assert.Equal((1, 0, false), (result.AlreadyRestoredCount, result.LeftCount, result.IsComplete));
            Assert.Equal($"{told[0]}", Assert.Single(ReasonsOf(result)));
        }
    }

    [Fact]
    public void A_row_of_a_pipeline_that_others_deleted_is_restored_where_the_logs_beside_it_say_so()
    {
        string log = Make("gone", "INSERT INTO keyed VALUES (3, 'x'); DELETE FROM keyed WHERE id = 3");
        var piped = new Restoring(Server, log) { Operations = [RowOperation.Insert], IsPiped = true, LogsBeside = [log] };
        List<RowVerdict> told = piped.Test();
        RunAgain(told, out RestoreResult repeated);
        piped.Run(out List<RestoreResult> results);

        Assert.Null(Assert.Single(told).Reason);
        foreach (RestoreResult result in (RestoreResult[])[Assert.Single(results), repeated])
        {
            Assert.Equal(1, result.AlreadyRestoredCount);
            Assert.Empty(ReasonsOf(result));
        }
    }

    [Fact]
    public void Rows_of_a_pipeline_that_are_as_they_were_left_need_no_logs_beside_them()
    {
        string log = Make("as_left", "INSERT INTO keyed VALUES (3, 'x'); UPDATE keyed SET v = 'y' WHERE id = 1; "
            + "DELETE FROM keyed WHERE id = 2");
        new Restoring(Server, log) { IsPiped = true }.Run(out List<RestoreResult> results);

        RestoreResult result = Assert.Single(results);
        Assert.Equal(3, result.RestoredCount);
        Assert.Empty(ReasonsOf(result));
    }

    [Fact]
    public void A_row_of_a_pipeline_that_was_overwritten_may_be_another_where_no_log_says_which()
    {
        string log = Make("other_overwritten", "INSERT INTO keyed VALUES (3, 'x'); UPDATE keyed SET id = 4 WHERE id = 3; "
            + "UPDATE keyed SET id = 3 WHERE id = 1");
        new Restoring(Server, log)
        {
            Operations = [RowOperation.Insert],
            IsPiped = true,
            Options = new RestoreOptions { OnConflict = ConflictAction.Overwrite },
        }.Run(out List<RestoreResult> results);

        RestoreResult result = Assert.Single(results);
        Assert.Equal((1, false), (result.RestoredCount, result.IsComplete));
        Assert.Contains("was not looked for", Assert.Single(ReasonsOf(result)), StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_a_pipeline_that_are_not_in_the_logs_beside_it_are_named()
    {
        string other = Make("elsewhere", "SELECT 1"), log = Make("elsewhere", "INSERT INTO keyed VALUES (3, 'x')");
        new Restoring(Server, log) { IsPiped = true, LogsBeside = [other] }.Run(out List<RestoreResult> results);

        RestoreResult result = Assert.Single(results);
        Assert.Equal((1, false), (result.RestoredCount, result.IsComplete));
        Assert.StartsWith("1 events of the pipeline are not in the logs given beside it", Assert.Single(ReasonsOf(result)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Prepared_rows_of_a_pipeline_are_restored_where_the_logs_beside_it_say_that_they_were_committed()
    {
        string log = Make("prepared", "XA START 'a'; INSERT INTO keyed VALUES (3, 'x'); XA END 'a'; XA PREPARE 'a'; XA COMMIT 'a'");
        var piped = new Restoring(Server, log) { IsPiped = true, LogsBeside = [log] };

        Assert.Equal(RestoreVerdict.Clean, Assert.Single(piped.Test()).Verdict);
    }

    [Theory]
    [InlineData("keyed", "UPDATE keyed SET id = 9 WHERE id = 1")]
    [InlineData("keyed", "INSERT INTO keyed VALUES (3, 'x')")]
    [InlineData("keyless", "UPDATE keyless SET v = 'y' WHERE id = 1")]
    public void What_was_restored_once_is_still_known_as_restored(string table, string damage)
    {
        string name = $"again_{table}_{damage.Length}";
        Make(name, "SELECT 1");
        Server.Sql(damage, name);
        string log = Server.BinlogFiles[^1];
        var restoring = new Restoring(Server, log) { End = new FileInfo(log).Length };
        Assert.All(restoring.Run(), v => Assert.True(v.IsApplied, v.ToString()));

        Assert.All(restoring.Run(), v => Assert.Equal(RestoreVerdict.AlreadyRestored, v.Verdict));
    }

    [Fact]
    public void A_statement_of_others_that_may_have_led_rows_elsewhere_is_named()
    {
        Make("stated", "SELECT 1");
        Server.Sql("INSERT INTO keyless VALUES (3, 'x')", "stated");
        string log = Server.BinlogFiles[^1];
        var restoring = new Restoring(Server, log) { End = new FileInfo(log).Length };
        Server.Sql("SET SESSION binlog_format = 'STATEMENT'; UPDATE keyless SET v = 'y' WHERE id = 3", "stated");
        restoring.Run(out List<RestoreResult> results);

        RestoreResult result = Assert.Single(results);
        Assert.False(result.IsComplete);
        Assert.Single(result.Reason, r => r.StartsWith("which rows got another key is not known: ", StringComparison.Ordinal)
            && r.Contains("UPDATE keyless", StringComparison.Ordinal));
    }

    [Fact]
    public void A_row_that_was_changed_under_two_definitions_is_named_whatever_their_columns()
    {
        string log = Make("reshaped", "INSERT INTO keyed VALUES (3, 'x'); ALTER TABLE keyed MODIFY v VARCHAR(300) FIRST, ADD w TEXT FIRST; "
            + "UPDATE keyed SET id = 300, w = REPEAT('w', 300) WHERE id = 3; UPDATE keyed SET id = 301 WHERE id = 300");

        Assert.Contains(new Restoring(Server, log).Run(), v => v is { Verdict: RestoreVerdict.NotInLog, IsApplied: false });
    }

    [Fact]
    public void A_row_without_key_that_was_changed_under_two_definitions_is_named_where_the_log_tells_them_apart()
    {
        string log = Make("reshaped_keyless", "INSERT INTO keyless VALUES (3, 'x'); ALTER TABLE keyless MODIFY id INT UNSIGNED; "
            + "UPDATE keyless SET v = 'y' WHERE id = 3");
        RowVerdict[] verdicts = [.. new Restoring(Server, log).Run()];

        // Before MySQL 8.0 no log tells of signs: the row goes, as it came.
        bool isTold = Server.Flavour.HasRowMetadata;
        Assert.Equal(isTold, Array.Exists(verdicts, v => v is { Verdict: RestoreVerdict.NotInLog, IsApplied: false }));
        Assert.Equal(isTold ? "1 a\n2 b\n3 y\n" : "1 a\n2 b\n", Read("reshaped_keyless", "keyless"));
    }

    [Fact]
    public void A_verdict_that_tells_of_what_the_logs_show_keeps_it_down_the_pipeline()
    {
        string log = Make("piped", "UPDATE keyed SET v = 'x' WHERE id = 1; DELETE FROM keyed WHERE id = 1; "
            + "INSERT INTO keyed VALUES (1, 'q'), (3, 'x'); UPDATE keyed SET v = 'y' WHERE id = 1; UPDATE keyed SET id = 4 WHERE id = 3");
        string state = Read("piped", "keyed");
        List<RowVerdict> told = [];
        foreach (RowOperation operation in (RowOperation[])[RowOperation.Update, RowOperation.Insert])
            told.AddRange(new Restoring(Server, log) { Operations = [operation] }.Test());
        told.RemoveAll(v => v.Verdict != RestoreVerdict.NotInLog);
        Assert.Equal(["1", "3"], told.Select(v => $"{v.Key!["id"]}"));

        List<RowVerdict> done = RunAgain(told, out _);
        Assert.Equal(told.Select(v => (v.Verdict, v.Reason)), done.OrderBy(v => v.Key!["id"]).Select(v => (v.Verdict, v.Reason)));
        Assert.Equal(state, Read("piped", "keyed"));
    }

    // Before MySQL 8.0 no log names columns, and these tables are as new as their rows.
    private static string[] ReasonsOf(RestoreResult result) =>
        [.. result.Reason.Where(r => !r.Contains("a definition of the same second", StringComparison.Ordinal))];

    // Verdicts that come down a pipeline, all of one table.
    private List<RowVerdict> RunAgain(List<RowVerdict> told, out RestoreResult result)
    {
        var options = new ConnectionOptions { Socket = Server.SocketPath, User = "root" };
        using ServerConnection connection = ServerConnection.Open(options, CancellationToken.None);
        using var spool = new SummedSpool(
            new PipelineTableMaps(null), new LiveTableMaps(() => connection, CancellationToken.None), takesLikely: true);
        told.ForEach(spool.Add);
        using RestoreRun run = RestoreRun.Of(
            connection, spool.Rows, spool.ToIndex(), new SqlForm { Reverse = true }, isRepair: false, CancellationToken.None);
        RestoreRow[] rows = [.. new RowRestore(run, new RestoreOptions()).Restore()];
        var tally = new RestoreTally(run);
        Array.ForEach(rows, tally.Add);
        result = Assert.Single(tally.Results(wasStopped: false));
        return [.. rows.Select(run.ToVerdict)];
    }

    private string Make(string name, string statements)
    {
        Server.Sql($"DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name}");
        Server.Sql(
            """
            CREATE TABLE keyed (id INT PRIMARY KEY, v VARCHAR(9)) ENGINE = InnoDB; INSERT INTO keyed VALUES (1, 'a'), (2, 'b');
            CREATE TABLE keyless (id INT, v VARCHAR(9)) ENGINE = InnoDB; INSERT INTO keyless VALUES (1, 'a'), (2, 'b');
            """, name);
        Server.FlushLogs();
        Server.Sql(statements, name);
        return Server.FlushLogs();
    }

    private string Read(string name, string table) =>
        string.Concat(Server.Query($"SELECT CONCAT(id, ' ', v) FROM {name}.{table} ORDER BY id, v").Select(r => r[0] + "\n"));
}

public sealed class MySqlRowTrailTests(MySqlFixture fixture) : RowTrailTests(fixture), IClassFixture<MySqlFixture>;

public sealed class MySql57RowTrailTests(MySql57Fixture fixture) : RowTrailTests(fixture), IClassFixture<MySql57Fixture>;

public sealed class MySql56RowTrailTests(MySql56Fixture fixture) : RowTrailTests(fixture), IClassFixture<MySql56Fixture>;

public sealed class MariaDbRowTrailTests(MariaDbFixture fixture) : RowTrailTests(fixture), IClassFixture<MariaDbFixture>;

public sealed class MariaDb118RowTrailTests(MariaDb118Fixture fixture) : RowTrailTests(fixture), IClassFixture<MariaDb118Fixture>;
