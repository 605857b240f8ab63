using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>Undoing a part of the logs.</summary>
public sealed class SelectionTests(SelectionTests.Fixture fixture) : IClassFixture<SelectionTests.Fixture>
{
    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Many_files_are_undone_in_one_go()
    {
        Server.Sql("CREATE DATABASE rotated; CREATE TABLE rotated.t (id INT PRIMARY KEY, v VARCHAR(300)); "
            + "INSERT INTO rotated.t VALUES (0, 'start')");
        string before = DatabaseState.Read(Server, "rotated");
        Server.FlushLogs();
        int files = Server.BinlogFiles.Count - 1;
        Server.Sql(string.Concat(Enumerable.Range(1, 50).Select(i =>
            $"UPDATE t SET id = id + 1 ORDER BY id DESC; INSERT INTO t VALUES (0, REPEAT('x', {i * 6})); DELETE FROM t WHERE id % 7 = 3;")),
            "rotated");
        Server.FlushLogs();
        string[] logs = [.. Server.BinlogFiles.Skip(files).SkipLast(1)];
        Assert.True(logs.Length > 20, $"{logs.Length} files");
        string damaged = DatabaseState.Read(Server, "rotated");

        string undo = NewPath(), sql = NewPath();
        UndoBinlog result = new Reversal(logs).WriteBinlog(undo);
        Assert.Equal(logs.Select(Path.GetFileName), result.File);
        Assert.Empty(new Reversal(undo).WriteSql(sql));
        Server.ApplyBinlog(undo);
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "rotated"));
        Server.RunFile(sql);
        DatabaseState.AssertEqual(damaged, DatabaseState.Read(Server, "rotated"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Only_the_rows_asked_for_come_back(bool asSql)
    {
        string database = asSql ? "asked_sql" : "asked_binlog";
        Server.Sql($"CREATE DATABASE {database}; USE {database}; CREATE TABLE t (id INT PRIMARY KEY, status VARCHAR(10), n INT); "
            + $"CREATE TABLE other (id INT PRIMARY KEY)");
        Server.Sql("INSERT INTO t VALUES (1, 'paid', 1), (2, 'open', 2), (3, 'paid', 3), (4, 'open', 4), (5, 'paid', 5); "
            + "INSERT INTO other VALUES (1)", database);
        int files = Server.BinlogFiles.Count - 1;
        Server.FlushLogs();
        Server.Sql("BEGIN; UPDATE t SET n = n + 10; DELETE FROM other; DELETE FROM t; COMMIT", database);
        Server.FlushLogs();
        string[] logs = [.. Server.BinlogFiles.Skip(files + 1).SkipLast(1)];

        string undo = NewPath();
        var reversal = new Reversal(logs) { Where = new Dictionary<string, object> { ["status"] = "paid" } };
        if (asSql)
        {
            Assert.Empty(reversal.WriteSql(undo));
            Server.RunFile(undo);
        }
        else
        {
            Assert.Equal(6, reversal.WriteBinlog(undo).RowCount);
            Server.ApplyBinlog(undo, "--verify-binlog-checksum");
        }

        Assert.Equal([["1", "1"], ["3", "3"], ["5", "5"]], Server.Query("SELECT id, n FROM t ORDER BY id", database));
        Assert.Equal("0", Server.Scalar("SELECT COUNT(*) FROM other", database));
    }

    [Fact]
    public void The_undo_has_gtids_of_the_source_asked_for_and_is_applied_once()
    {
        Server.Sql("CREATE DATABASE named; CREATE TABLE named.t (id INT PRIMARY KEY)");
        Server.FlushLogs();
        Server.Sql("INSERT INTO named.t VALUES (1); INSERT INTO named.t VALUES (2); BEGIN; INSERT INTO named.t VALUES (3); "
            + "DELETE FROM named.t WHERE id = 1; COMMIT");
        string log = Server.FlushLogs();
        var source = Guid.Parse("11111111-2222-3333-4444-555555555555");
        string undo = NewPath();

        UndoBinlog result = new Reversal(log) { GtidSource = source }.WriteBinlog(undo);
        Assert.Equal($"{source}:1-3", result.GtidSet);
        Server.ApplyBinlog(undo);
        Assert.Equal("1", Server.Scalar($"SELECT GTID_SUBSET('{source}:1-3', @@gtid_executed)"));
        Assert.Equal("0", Server.Scalar("SELECT COUNT(*) FROM named.t"));

        Server.Sql("INSERT INTO named.t VALUES (1), (2), (3)");
        Server.ApplyBinlog(undo);
        Assert.Equal("3", Server.Scalar("SELECT COUNT(*) FROM named.t"));
    }

    private string NewPath() => Path.Combine(Server.FolderPath, Guid.NewGuid().ToString("N"));

    public sealed class Fixture() : ServerFixture(ServerFlavour.MySql, "max-binlog-size=4096");
}
