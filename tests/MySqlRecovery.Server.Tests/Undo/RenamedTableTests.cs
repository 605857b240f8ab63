using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>Tables that got another name after their rows were changed.</summary>
public abstract class RenamedTableTests(ServerFixture fixture)
{
    private MySqlServer Server => fixture.Server;

    [Theory]
    [InlineData("rename", "RENAME TABLE a TO b")]
    [InlineData("alter", "ALTER TABLE a RENAME TO b")]
    [InlineData("steps", "RENAME TABLE a TO c, c TO b")]
    [InlineData("index", "ALTER TABLE a ADD INDEX (v), RENAME TO b")]
    public void Rows_go_to_the_table_under_its_new_name_where_the_table_map_says_so(string name, string rename)
    {
        string database = Make($"new_{name}");
        IReadOnlyList<string[]> before = Rows("a", database);
        (string log, string schema) = Damage(database, $"UPDATE a SET v = 'x'; DELETE FROM a WHERE id = 2; {rename}; "
            + "INSERT INTO b VALUES (4, 'd'); DELETE FROM b WHERE id = 1");
        IReadOnlyList<string[]> after = Rows("b", database);
        Reversal mapped = Mapped(log, schema, database);

        string undo = NewPath(), redo = NewPath(), sql = NewPath();
        UndoBinlog result = mapped.WriteBinlog(undo);
        Assert.Equal([$"{database}.b"], result.Table);
        Assert.StartsWith("changed the tables themselves", Assert.Single(result.Reason).Split(' ', 2)[1]);
        Server.ApplyBinlog(undo);
        Assert.Equal(before, Rows("b", database));
        new Reversal(undo) { SchemaPath = null }.WriteBinlog(redo);
        Server.ApplyBinlog(redo);
        Assert.Equal(after, Rows("b", database));

        Assert.Single(mapped.WriteSql(sql));
        Server.RunFile(sql);
        Assert.Equal(before, Rows("b", database));
    }

    [Fact]
    public void The_refusal_of_rows_whose_table_has_another_name_says_how_they_can_be_written()
    {
        string database = Make("unmapped");
        (string log, string schema) = Damage(database, "UPDATE a SET v = 'x'; RENAME TABLE a TO b; DELETE FROM b WHERE id = 1");
        string advice = $"-TableMap @{{ '{database}.a' = '{database}.b' }} writes them to the table under its new name";

        foreach (string[] reasons in (string[][])[
            new Reversal(log).WriteBinlog(NewPath()).Reason, new Reversal(log) { SchemaPath = schema }.WriteSql(NewPath())])
        {
            string reason = Assert.Single(reasons, r => r.StartsWith($"{database}.a: 3 rows", StringComparison.Ordinal));
            Assert.EndsWith(advice, reason);
        }
    }

    [Theory]
    [InlineData("truncate", "TRUNCATE TABLE b")]
    [InlineData("add", "ALTER TABLE b ADD w INT FIRST")]
    [InlineData("again", "RENAME TABLE b TO c; CREATE TABLE b LIKE c; INSERT INTO b SELECT * FROM c; DELETE FROM b WHERE id = 3")]
    [InlineData("swap", "CREATE TABLE c LIKE b; INSERT INTO c SELECT * FROM b; RENAME TABLE b TO d, c TO b; DELETE FROM b WHERE id = 3")]
    public void Rows_are_out_of_reach_by_what_is_done_to_their_table_under_its_new_name(string name, string statements)
    {
        string database = Make($"done_{name}");
        (string log, string schema) = Damage(
            database, $"UPDATE a SET v = 'x'; RENAME TABLE a TO b; {statements}; INSERT INTO other VALUES (1)");

        foreach (string[] reasons in (string[][])[
            Mapped(log, schema, database).WriteBinlog(NewPath()).Reason, Mapped(log, schema, database).WriteSql(NewPath())])
            Assert.Contains(reasons, r => r.StartsWith($"{database}.a: 3 rows", StringComparison.Ordinal) && r.Contains("out of reach"));
    }

    [Fact]
    public void Rows_of_a_table_that_took_the_old_name_do_not_go_to_the_one_that_had_it()
    {
        string database = Make("took");
        IReadOnlyList<string[]> before = Rows("a", database);
        (string log, string schema) = Damage(database, "UPDATE a SET v = 'x'; CREATE TABLE c LIKE a; INSERT INTO c VALUES (1, 'z'); "
            + "RENAME TABLE a TO b, c TO a; DELETE FROM a WHERE id = 1");

        string undo = NewPath();
        string[] reasons = Mapped(log, schema, database).WriteBinlog(undo).Reason;
        Assert.Contains(reasons, r => r.StartsWith($"{database}.a: 1 rows", StringComparison.Ordinal)
            && r.Contains($"another table had this name before, which is {database}.b now", StringComparison.Ordinal));
        Server.Sql("DELETE FROM a; CREATE TABLE c LIKE a; INSERT INTO c VALUES (1, 'z')", database);
        Server.ApplyBinlog(undo);
        Assert.Equal(before, Rows("b", database));
    }

    [Fact]
    public void Sums_of_changes_do_not_follow_a_table_to_its_new_name()
    {
        string database = Make("summed");
        (string log, string schema) = Damage(database, "UPDATE a SET v = 'x'; RENAME TABLE a TO b; UPDATE b SET v = 'y'; "
            + "INSERT INTO other VALUES (1)");
        Reversal mapped = Mapped(log, schema, database);

        string[] reasons = (mapped with { Form = mapped.Form with { Fold = true } }).WriteSql(NewPath());
        Assert.Contains(reasons, r => r.StartsWith($"{database}.a: 3 rows", StringComparison.Ordinal)
            && r.EndsWith("RENAME TABLE a TO b", StringComparison.Ordinal));
    }

    private string Make(string database)
    {
        Server.Sql($"CREATE DATABASE {database}; USE {database}; CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(10)); "
            + "CREATE TABLE other (id INT PRIMARY KEY); INSERT INTO a VALUES (1, 'a'), (2, 'b'), (3, 'c')");
        return database;
    }

    private (string Log, string SchemaPath) Damage(string database, string statements)
    {
        string schema = DatabaseState.WriteSchema(Server, database);
        Server.FlushLogs();
        Server.Sql(statements, database);
        return (Server.FlushLogs(), schema);
    }

    private static Reversal Mapped(string log, string schema, string database) => new(log)
    {
        SchemaPath = schema,
        Form = new SqlForm { Renames = TableRenames.Parse(new Dictionary<string, string> { [$"{database}.a"] = $"{database}.b" }) },
    };

    private IReadOnlyList<string[]> Rows(string table, string database) => Server.Query($"SELECT id, v FROM {table} ORDER BY id", database);

    private string NewPath() => Path.Combine(Server.FolderPath, Guid.NewGuid().ToString("N"));
}
