using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

/// <summary>Rows that foreign keys tie to those of an undo. Session 7 is chosen, 9 is not.</summary>
public sealed class LaterReferencesTests : IDisposable
{
    private const string Parent = "CREATE TABLE d.par (id INT PRIMARY KEY, code INT)";
    private const string Child = "CREATE TABLE d.chi (id INT PRIMARY KEY, p INT, CONSTRAINT chi_par FOREIGN KEY (p) REFERENCES d.par (id))";

    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_row_that_came_to_refer_to_one_that_the_undo_takes_away_is_named()
    {
        SmallLog log = Insert(new SmallLog(), 7, "par", [5, 50]);
        log = Insert(log, 9, "chi", out long place, [1, 5], [2, 6], [3, null]);
        Assert.Equal(
            [$"d.chi id=1 at binlog.000001:{place} thread 9 refers to d.par id=5, which the undo takes away (foreign key chi_par)"],
            Find(log));
    }

    [Fact]
    public void A_row_that_went_although_one_that_the_undo_brings_back_refers_to_it_is_named()
    {
        SmallLog log = Delete(new SmallLog(), 7, "chi", [1, 5], [2, null]);
        log = Delete(log, 9, "par", out long place, [5, 50], [6, 60]);
        Assert.Equal(
            [$"d.par id=5 at binlog.000001:{place} thread 9 gave up id=5, to which a row of d.chi refers that is undone "
                + "(foreign key chi_par)"],
            Find(log));
    }

    [Fact]
    public void A_row_that_referred_and_does_not_any_more_is_not_named()
    {
        SmallLog log = Insert(new SmallLog(), 7, "par", [5, 50], [6, 60]);
        log = Insert(log, 9, "chi", [1, 5], [2, 6]);
        log = Update(Delete(log, 9, "chi", [1, 5]), 9, "chi", [2, 6], [2, 8]);
        Assert.Empty(Find(log));
    }

    [Fact]
    public void A_row_that_went_and_came_again_is_named_only_where_a_row_that_is_there_may_have_gone_with_it()
    {
        SmallLog log = Delete(new SmallLog(), 7, "chi", [1, 5]);
        Assert.Empty(Find(Insert(Delete(log, 9, "par", [5, 50]), 9, "par", [5, 51])));

        log = Update(new SmallLog(), 7, "chi", [1, 4], [1, 5]);
        Assert.Single(Find(Insert(Delete(log, 9, "par", [5, 50]), 9, "par", [5, 51])));
    }

    [Fact]
    public void Keys_that_come_and_go_within_the_undo_are_not_taken_away()
    {
        SmallLog log = Update(Update(new SmallLog(), 7, "par", [5, 50], [6, 50]), 7, "par", [6, 50], [5, 50]);
        log = Delete(Insert(log, 7, "par", [8, 80]), 7, "par", [8, 80]);
        Assert.Empty(Find(Insert(log, 9, "chi", [1, 5], [2, 6], [3, 8])));
    }

    [Fact]
    public void Only_what_comes_after_the_rows_of_the_undo_counts()
    {
        SmallLog log = Delete(Insert(new SmallLog(), 9, "chi", [1, 5]), 9, "par", [6, 60]);
        Assert.Empty(Find(Delete(Insert(log, 7, "par", [5, 50]), 7, "chi", [2, 6])));
    }

    [Fact]
    public void Where_columns_are_chosen_only_foreign_keys_of_them_count()
    {
        SmallLog log = Update(new SmallLog(), 7, "par", [5, 50], [6, 51]);
        log = Insert(log, 9, "chi", [1, 6]);
        Assert.Empty(Find(log, Child, "code"));
        Assert.Single(Find(log, Child, "ID"));
    }

    [Fact]
    public void A_row_that_was_carried_along_and_went_takes_none_off_those_that_others_let_refer()
    {
        SmallLog log = Update(Update(new SmallLog(), 7, "chi", [1, 2], [1, 5]), 7, "par", [2, 50], [5, 50]);
        log = Delete(Insert(log, 9, "chi", [3, 5]), 9, "chi", [1, 5]);
        Assert.Contains("chi id=3 ", Assert.Single(
            Find(log, new EventFilter { ThreadIds = [7], WithStatements = true }, $"{Parent}; {Child};", []),
            line => line.Contains("refers to", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(" ON UPDATE CASCADE", false)]
    [InlineData(" ON DELETE CASCADE", true)]
    [InlineData(" ON DELETE SET NULL", true)]
    public void A_key_that_was_made_again_is_the_same_only_to_a_foreign_key_that_does_nothing_when_it_goes(string action, bool isFound)
    {
        SmallLog log = Delete(new SmallLog(), 7, "chi", [1, 5]);
        log = Insert(Delete(log, 9, "par", [5, 50]), 9, "par", [5, 51]);
        Assert.Equal(isFound ? 1 : 0, Find(log, Child.Replace("(id))", $"(id){action})", StringComparison.Ordinal)).Length);
    }

    [Theory]
    [InlineData("id INT PRIMARY KEY, p INT, v INT", true, new byte[] { 0 })]
    [InlineData("id INT, p INT, v INT", false, new byte[0])]
    [InlineData("id INT, p INT, v INT, PRIMARY KEY (p, id)", false, new byte[] { 1, 0 })]
    public void An_undo_in_SQL_sets_no_foreign_key_that_an_update_left_as_it_was_and_finds_the_row_by_its_key(
        string definition, bool isFound, byte[] key)
    {
        string child = $"CREATE TABLE d.chi ({definition}, CONSTRAINT chi_par FOREIGN KEY (p) REFERENCES d.par (id))";
        SmallLog log = new SmallLog().AddBegin(7).AddInts(2, "chi", ["id", "p", "v"], key)
            .AddRows(BinlogEventType.UpdateRowsV1, 2, [1, 5, 0], [1, 5, 1]).AddCommit();
        log = Update(log, 9, "par", [5, 50], [6, 50]);
        Assert.Single(Find(log, child));
        Assert.Equal(isFound ? 0 : 1, Find(log, child, movesBytes: false).Length);
    }

    [Fact]
    public void Without_a_schema_the_log_tells_of_tables_that_it_made()
    {
        SmallLog log = Insert(new SmallLog(), 7, "par", [5, 50]).AddStatement(Child, thread: 9);
        log = Insert(log, 9, "chi", [1, 5]);
        Assert.Single(Find(log, child: null));
        Assert.Empty(Find(Insert(Insert(new SmallLog(), 7, "par", [5, 50]), 9, "chi", [1, 5]), child: null));
    }

    [Fact]
    public void Rows_of_a_table_whose_columns_are_not_known_are_said_not_to_be_looked_for()
    {
        SmallLog log = Insert(new SmallLog(), 7, "par", [5, 50]);
        log = Insert(log, 9, "chi", [1, 5]);
        string line = Assert.Single(Find(log, Child.Replace("(p)", "(other)", StringComparison.Ordinal)));
        Assert.Contains("foreign key chi_par of d.chi", line);
        Assert.Contains("not looked for", line);
    }

    [Fact]
    public void Tables_that_were_left_out_as_a_whole_count()
    {
        SmallLog log = Insert(Insert(new SmallLog(), 7, "par", [5, 50]), 7, "chi", [1, 5]);
        var chosen = new EventFilter { Tables = new TableFilter([], [], ["d.par"], []), WithStatements = true };
        Assert.Single(Find(log, chosen, $"{Parent}; {Child};", []));
        Assert.Empty(Find(log, new EventFilter { WithStatements = true }, $"{Parent}; {Child};", []));
    }

    [Fact]
    public void A_statement_without_row_images_on_a_tied_table_is_named()
    {
        SmallLog log = Insert(new SmallLog(), 7, "par", [5, 50]).AddStatement("INSERT INTO d.chi VALUES (1, 5)", thread: 9);
        Assert.Contains("INSERT INTO d.chi", Assert.Single(Find(log)));
        log = Insert(new SmallLog(), 7, "par", [5, 50]).AddStatement("INSERT INTO d.other VALUES (1, 5)", thread: 9);
        Assert.Empty(Find(log, $"{Child}; CREATE TABLE d.other (id INT, v INT)"));
        Assert.Contains("through a view, a trigger or a foreign key", Assert.Single(Find(log)));
    }

    [Theory]
    [InlineData("DROP TABLE d.chi", false)]
    [InlineData("DROP TABLE IF EXISTS d.u, d.chi", false)]
    [InlineData("ALTER TABLE d.chi DROP FOREIGN KEY chi_par", false)]
    [InlineData("ALTER TABLE d.chi DROP FOREIGN KEY chi_par, ADD CONSTRAINT chi_par FOREIGN KEY (p) REFERENCES d.par (id)", true)]
    [InlineData("RENAME TABLE d.chi TO d.moved", true)]
    [InlineData("DROP TABLE d.u", true)]
    [InlineData("ALTER TABLE d.chi ADD INDEX (p)", true)]
    public void Rows_of_a_table_or_a_foreign_key_that_was_dropped_since_do_not_count(string statement, bool isNamed)
    {
        SmallLog log = Insert(Insert(new SmallLog(), 7, "par", [5, 50]), 9, "chi", [1, 5]).AddStatement(statement, thread: 9);
        Assert.Equal(isNamed ? 1 : 0, Find(log).Length);
        Assert.Equal(isNamed ? 1 : 0, Find(Insert(log, 9, "chi", [2, 6])).Length);
    }

    [Fact]
    public void Rows_of_a_table_that_was_dropped_and_made_again_count_from_then_on()
    {
        SmallLog log = Insert(Insert(new SmallLog(), 7, "par", [5, 50]), 9, "chi", [1, 5]);
        log = log.AddStatement("DROP TABLE d.chi", thread: 9).AddStatement(Child, thread: 9);
        Assert.Empty(Find(log));
        Assert.Contains("chi id=2", Assert.Single(Find(Insert(log, 9, "chi", [2, 5]))));
    }

    private static SmallLog Insert(SmallLog log, byte thread, string table, params int?[][] rows) =>
        Insert(log, thread, table, out _, rows);

    private static SmallLog Insert(SmallLog log, byte thread, string table, out long place, params int?[][] rows) =>
        Add(log, thread, table, BinlogEventType.WriteRowsV1, out place, rows);

    private static SmallLog Delete(SmallLog log, byte thread, string table, params int?[][] rows) =>
        Delete(log, thread, table, out _, rows);

    private static SmallLog Delete(SmallLog log, byte thread, string table, out long place, params int?[][] rows) =>
        Add(log, thread, table, BinlogEventType.DeleteRowsV1, out place, rows);

    private static SmallLog Update(SmallLog log, byte thread, string table, int?[] before, int?[] after) =>
        Add(log, thread, table, BinlogEventType.UpdateRowsV1, out _, before, after);

    private static SmallLog Add(
        SmallLog log, byte thread, string table, BinlogEventType type, out long place, params int?[][] images)
    {
        byte id = table == "par" ? (byte)1 : (byte)2;
        log.AddBegin(thread).AddInts(id, table, ["id", table == "par" ? "code" : "p"], 0);
        place = log.End;
        return log.AddRows(type, id, images).AddCommit();
    }

    private string[] Find(SmallLog log, string? child = Child, string? column = null, bool movesBytes = true) => Find(
        log, new EventFilter { ThreadIds = [7], WithStatements = true }, child == null ? null : $"{Parent}; {child};",
        column == null ? [] : [column], movesBytes);

    private string[] Find(SmallLog log, EventFilter chosen, string? schema, string[] columns, bool movesBytes = true)
    {
        string path = log.WriteTo(_folder);
        using EventScan scan = Open(chosen);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true, movesBytes: movesBytes, findLaterChanges: found =>
            LaterFindings.Find(found, new EventSelection(chosen, isPart: false), columns, movesBytes, Open));
        return index.LaterChanges!;

        EventScan Open(EventFilter filter) => new(
            [LogRange.Whole(path) with { IsReadWhole = true }], filter, TestContext.Current.CancellationToken,
            schema == null ? null : new LogSchema(SchemaCatalog.Parse(schema)));
    }
}
