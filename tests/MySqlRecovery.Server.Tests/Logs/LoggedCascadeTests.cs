using System.Collections;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>What foreign keys change is in the log of MySQL 9.6 and later: a choice that leaves it out says so.</summary>
[Collection<MySqlServers>]
public sealed class LoggedCascadeTests(MySqlFixture fixture)
{
    private const string Setup = """
        CREATE TABLE parent (id INT PRIMARY KEY, v INT);
        CREATE TABLE child (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE SET NULL);
        CREATE TABLE note (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE CASCADE);
        INSERT INTO parent VALUES (1, 0), (2, 0), (3, 0); INSERT INTO child VALUES (11, 1), (22, 2); INSERT INTO note VALUES (5, 1);
        """;

    [Theory]
    [InlineData("operation", "1 rows", "child")]
    [InlineData("where", "1 rows", "child", "note")]
    [InlineData("table", "1 rows", "child", "note")]
    public void A_choice_that_leaves_rows_out_that_foreign_keys_changed_along_names_them(string by, string rows, params string[] tables)
    {
        string name = $"logged_{by}";
        var database = new DamagedDatabase(fixture.Server, name, Setup, "DELETE FROM parent WHERE id = 1");
        UndoBinlog undo = Choose(by, name, database).WriteBinlog(Path.Combine(fixture.Server.FolderPath, $"{name}.undo"));

        Assert.False(undo.IsComplete);
        Assert.Equal(
            tables.Select(table => $"{name}.{table}: {rows}"), undo.Reason.Select(r => r[..r.IndexOf(" from", StringComparison.Ordinal)]));
        Assert.All(undo.Reason, reason => Assert.Contains($"a foreign key changed them with rows of {name}.parent", reason));
    }

    [Theory]
    [InlineData("operation")]
    [InlineData("where")]
    [InlineData("table")]
    public void Where_no_foreign_key_changed_anything_nothing_is_said(string by)
    {
        string name = $"unlogged_{by}";
        var database = new DamagedDatabase(
            fixture.Server, name, Setup, "DELETE FROM parent WHERE id = 3; SET foreign_key_checks = 0; DELETE FROM parent WHERE id = 1");

        Assert.Empty(Choose(by, name, database).WriteBinlog(Path.Combine(fixture.Server.FolderPath, $"{name}.undo")).Reason);
    }

    [Fact]
    public void Rows_of_one_event_of_which_a_row_test_takes_only_some_are_named_too()
    {
        var database = new DamagedDatabase(
            fixture.Server, "logged_some", Setup + "INSERT INTO note VALUES (1, 1), (6, 1);", "DELETE FROM parent WHERE id = 1");
        var some = new Reversal(database.Log) { SchemaPath = database.SchemaPath, Where = new Hashtable { ["id"] = new[] { 1, 11 } } };
        string reason = Assert.Single(some.WriteBinlog(Path.Combine(fixture.Server.FolderPath, "logged_some.undo")).Reason);

        Assert.StartsWith("logged_some.note: 2 rows from ", reason, StringComparison.Ordinal);
        Assert.Contains("a foreign key changed them with rows of logged_some.parent", reason);
    }

    [Theory]
    [InlineData("rows", true, "1 rows", "child", "note")]
    [InlineData("events", true, "1 rows", "child", "note")]
    [InlineData("rows_without_schema", false, "1 rows", "child", "note")]
    [InlineData("rows_of_two", true, "1 rows", "child", "note")]
    [InlineData("some_rows", true, "1 rows", "note")]
    [InlineData("all", true, "")]
    [InlineData("child_alone", true, "")]
    public void Rows_of_a_pipeline_that_leaves_others_out_that_foreign_keys_changed_along_name_them(
        string what, bool withSchema, string rows, params string[] tables)
    {
        string name = $"logged_piped_{what}";
        var database = new DamagedDatabase(
            fixture.Server, name, Setup, $"DELETE FROM parent WHERE id {(what == "rows_of_two" ? "<> 2" : "= 1")}");
        string? schema = withSchema ? database.SchemaPath : null;
        string[] reasons = UndoPiped(what == "events", database.Log, schema, what switch
        {
            "some_rows" => row => row.Table != "note",
            "all" => _ => true,
            "child_alone" => row => row.Table == "child",
            _ => row => row.Table == "parent",
        });

        Assert.Equal(
            tables.Select(table => $"{name}.{table}: {rows}"), reasons.Select(r => r[..r.IndexOf(" from", StringComparison.Ordinal)]));
        Assert.All(reasons, reason => Assert.Contains($"a foreign key changed them with rows of {name}.parent", reason));
    }

    [Theory]
    [InlineData("DELETE FROM own WHERE id = 1", 1, "own: 1 rows", "mark: 1 rows")]
    [InlineData("DELETE FROM own WHERE id = 4", 4)]
    [InlineData("SET foreign_key_checks = 0; DELETE FROM other WHERE id < 9", 1)]
    public void Rows_of_a_table_that_refers_to_itself_are_named_though_they_are_in_one_event(
        string damage, int id, params string[] expected)
    {
        string name = $"logged_own_{id}_{expected.Length}";
        var database = new DamagedDatabase(fixture.Server, name, """
            CREATE TABLE own (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES own (id) ON DELETE CASCADE);
            CREATE TABLE mark (id INT PRIMARY KEY, own INT, FOREIGN KEY (own) REFERENCES own (id) ON DELETE CASCADE);
            CREATE TABLE other (id INT PRIMARY KEY);
            INSERT INTO own VALUES (1, NULL), (2, 1), (3, NULL), (4, 3); INSERT INTO mark VALUES (9, 2); INSERT INTO other VALUES (1), (2);
            """, damage);
        var some = new Reversal(database.Log) { SchemaPath = database.SchemaPath, Where = new Hashtable { ["id"] = id } };
        string[] reasons = some.WriteBinlog(Path.Combine(fixture.Server.FolderPath, $"{name}.undo")).Reason;

        Assert.Equal(
            expected.Select(e => $"{name}.{e}").Order(), reasons.Select(r => r[..r.IndexOf(" from", StringComparison.Ordinal)]).Order());
    }

    [Fact]
    public void All_of_it_is_undone_where_nothing_is_left_out() =>
        new DamagedDatabase(fixture.Server, "logged_all", Setup, "DELETE FROM parent WHERE id < 3").AssertUndone();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_row_that_comes_back_without_what_it_refers_to_names_it_though_that_is_logged_before(bool fold)
    {
        string name = $"logged_far_{fold}";
        var database = new DamagedDatabase(
            fixture.Server, name, Setup + """
                CREATE TABLE mark (id INT PRIMARY KEY, note INT, FOREIGN KEY (note) REFERENCES note (id) ON DELETE CASCADE);
                INSERT INTO mark VALUES (51, 5);
                """, "DELETE FROM parent WHERE id = 1");
        var choice = new Reversal(database.Log)
        {
            SchemaPath = database.SchemaPath,
            Table = [$"{name}.mark"],
            Form = new SqlForm { Fold = fold },
        };
        string line = Assert.Single(choice.FindLaterChanges(movesBytes: !fold));

        Assert.Contains("note id=5", line);
        Assert.Contains("gave up id=5, to which a row of", line);
    }

    // Rows or events of the pipeline that a test lets through, with the log beside them.
    private string[] UndoPiped(bool events, string log, string? schema, Predicate<RowChange> isTaken)
    {
        var selection = new PipedSelection();
        using var spool = new ChangeSpool(
            new PipelineTableMaps(schema == null ? null : LogSchema.Load(schema)), EventFilter.All, reverse: true);
        spool.Events.Selection = selection;
        var reader = new BinlogReader([log]) { SchemaPath = schema };
        RowChange[] rows = [.. reader.ReadRowChanges().Where(r => isTaken(r))];
        foreach (RowChange row in events ? [] : rows)
            spool.Events.Add(row);
        foreach (BinlogEvent item in events ? reader.ReadEvents().Where(e => rows.Any(r => r.Position == e.Position)) : [])
            spool.Events.Add(item);
        using ChangeIndex index = spool.Complete(found => LaterFindings.Find(
            found, selection, [], movesBytes: true, all => new EventScan(
                [LogRange.Whole(log)], all, TestContext.Current.CancellationToken, schema == null ? null : LogSchema.Load(schema))));
        return UndoBinlogWriter.Write(
            index, where: null, Path.Combine(fixture.Server.FolderPath, Guid.NewGuid().ToString("N")), overwrite: false, gtidSource: null,
            TestContext.Current.CancellationToken).Reason;
    }

    private static Reversal Choose(string by, string name, DamagedDatabase database)
    {
        var reversal = new Reversal(database.Log) { SchemaPath = database.SchemaPath };
        return by switch
        {
            "operation" => reversal with { Operations = [RowOperation.Delete] },
            "where" => reversal with { Where = new Hashtable { ["v"] = 0 } },
            _ => reversal with { Table = [$"{name}.parent"] },
        };
    }
}
