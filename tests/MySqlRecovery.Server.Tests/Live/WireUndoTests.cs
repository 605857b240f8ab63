using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

/// <summary>Damage and undo without any access to the server's files, from a log that names no columns.</summary>
public abstract class WireUndoTests(ServerFixture fixture)
{
    private readonly List<string> _warnings = [];
    private int _files;

    protected MySqlServer Server => fixture.Server;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Statements that make a database's contents, run one after the other.</summary>
    protected virtual IEnumerable<string> Setup => AllTypes.Read(IsCurrent ? ["schema", "rows", "schema-9", "rows-9"] : ["schema", "rows"]);

    protected virtual string Damage => string.Concat(AllTypes.Read(IsCurrent ? ["damage", "damage-9"] : ["damage"]));

    private bool IsCurrent => Server.Flavour == ServerFlavour.MySql;

    [Fact]
    public void A_damaged_database_is_what_it_was_by_binlog_and_by_SQL()
    {
        using IDisposable _ = WithoutNames();
        Server.Sql("CREATE DATABASE wire CHARACTER SET utf8mb4");
        foreach (string statements in Setup)
            Server.Sql(statements, "wire");
        string before = DatabaseState.Read(Server, "wire");

        BinlogPosition start = Server.Position();
        Server.Sql(Damage, "wire");
        string after = DatabaseState.Read(Server, "wire");
        BinlogPosition end = Server.Position();
        UndoByBinlog(From(start));
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "wire"));
        UndoByBinlog(From(end));
        DatabaseState.AssertEqual(after, DatabaseState.Read(Server, "wire"));

        SqlExport script = WriteSql(From(start) with { StopFile = end.File, StopPosition = end.Offset });
        Assert.Empty(script.Reason);
        Server.RunFile(script.Path);
        DatabaseState.AssertEqual(before, DatabaseState.Read(Server, "wire"));
        Assert.DoesNotContain(_warnings, w => !w.Contains("binlog_row_metadata", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_that_a_later_DDL_changed_are_not_guessed_over()
    {
        using IDisposable _ = WithoutNames();
        Server.Sql("CREATE DATABASE wire_later; CREATE TABLE wire_later.t (a INT, b INT); CREATE TABLE wire_later.other (x INT)");
        ServerLogRequest request = From(Server.Position());
        Server.Sql("INSERT INTO wire_later.other VALUES (7); INSERT INTO wire_later.t VALUES (1, 2)");
        BinlogPosition before = Server.Position();
        Thread.Sleep(1100);
        Server.Sql("ALTER TABLE wire_later.t CHANGE a b INT, CHANGE b a INT");

        // Where the DDL is not read, the time of the definition tells.
        WriteSql(request with { StopFile = before.File, StopPosition = before.Offset });
        Assert.Contains("wire_later.t: rows of ", Assert.Single(_warnings, w => w.StartsWith("wire_later.", StringComparison.Ordinal)));
        _warnings.Clear();

        RecoveryException mismatch = Assert.Throws<RecoveryException>(() => WriteSql(request, reverse: false));
        Assert.Equal("SchemaMismatch", mismatch.ErrorId);
        Assert.Contains("ALTER TABLE wire_later.t", mismatch.Message);
        Assert.Contains(_warnings, w => w.StartsWith("wire_later.t: ", StringComparison.Ordinal));

        // The rows of other tables are named, and so are those after the DDL.
        Assert.Contains("`x` = 7", File.ReadAllText(WriteSql(request, table: "wire_later.other").Path));
        request = From(Server.Position());
        Server.Sql("INSERT INTO wire_later.t VALUES (5, 6); CREATE INDEX i ON wire_later.t (a)");
        Assert.Contains("(`b`, `a`) VALUES (5, 6)", File.ReadAllText(WriteSql(request, reverse: false).Path));
    }

    [Fact]
    public void Rows_that_a_foreign_key_changed_unlogged_are_named()
    {
        Server.Sql(
            """
            CREATE DATABASE kin; USE kin; CREATE TABLE parent (id INT PRIMARY KEY);
            CREATE TABLE child (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE);
            INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 1);
            """);
        ServerLogRequest request = From(Server.Position());
        Server.Sql("DELETE FROM kin.parent");
        string[] reasons = WriteSql(request).Reason;
        if (Server.Flavour == ServerFlavour.MySql)
            Assert.Empty(reasons); // from 9.6 on the log has them
        else
            Assert.Contains("kin.child", Assert.Single(reasons));
    }

    [Fact]
    public void An_account_that_does_not_see_the_tables_hears_of_it_where_foreign_keys_may_have_changed_rows()
    {
        Server.Sql(
            """
            CREATE DATABASE hidden_kin; USE hidden_kin; CREATE TABLE parent (id INT PRIMARY KEY, v INT);
            CREATE TABLE child (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE);
            INSERT INTO parent VALUES (1, 1), (2, 2); INSERT INTO child VALUES (1, 1);
            CREATE USER hk_none@'%' IDENTIFIED BY 'Look-4-it'; CREATE USER hk_parent@'%' IDENTIFIED BY 'Look-4-it';
            GRANT SELECT ON hidden_kin.parent TO hk_parent@'%';
            CREATE USER hk_all@'%' IDENTIFIED BY 'Look-4-it'; GRANT SELECT ON hidden_kin.* TO hk_all@'%';
            """);
        ServerLogRequest request = From(Server.Position());
        Server.Sql("UPDATE hidden_kin.parent SET v = 3 WHERE id = 2");
        BinlogPosition end = Server.Position();
        foreach (string user in (string[])["hk_none", "hk_parent", "hk_all"])
        {
            // Where neither the log nor the server tells the key, it may be the key that changed.
            string[] reasons = ReasonsFor(user, request with { StopFile = end.File, StopPosition = end.Offset });
            Assert.Equal(user == "hk_none" && !Server.Flavour.HasRowMetadata ? 1 : 0, reasons.Length);
        }

        Server.Sql("DELETE FROM hidden_kin.parent WHERE id = 1");
        foreach (string user in (string[])["hk_none", "hk_parent", "hk_all"])
        {
            string[] reasons = ReasonsFor(user, request);
            if (Server.Flavour == ServerFlavour.MySql)
                Assert.Empty(reasons);
            else
                Assert.Contains(user == "hk_all" ? "hidden_kin.child" : $"GRANT SELECT ON `hidden_kin`.* TO '{user}'@'%'",
                    Assert.Single(reasons));
        }
    }

    private string[] ReasonsFor(string user, ServerLogRequest request)
    {
        ConnectionOptions options = Server.TcpOptions(user, "Look-4-it", SslMode.Preferred);
        options.GetServerPublicKey = true;
        using ChangeIndex index = Index(request, null, reverse: true, options);
        return index.Reasons;
    }

    private static ServerLogRequest From(BinlogPosition start) => new() { StartFile = start.File, StartPosition = start.Offset };

    private void UndoByBinlog(ServerLogRequest request)
    {
        using ChangeIndex index = Index(request, null, reverse: true);
        UndoBinlog undo = UndoBinlogWriter.Write(index, where: null, NextFile("binlog"), overwrite: false, gtidSource: null, Stop);
        Assert.Equal((true, true), (undo.IsComplete, undo.IsVerified));
        Server.ApplyBinlog(undo.Path);
    }

    private SqlExport WriteSql(ServerLogRequest request, bool reverse = true, string? table = null)
    {
        using ChangeIndex index = Index(request, table, reverse);
        return RowSqlExport.WriteFile(index, where: null, new SqlForm { Reverse = reverse }, NextFile("sql"), overwrite: false, Stop);
    }

    private ChangeIndex Index(ServerLogRequest request, string? table, bool reverse, ConnectionOptions? reader = null)
    {
        ConnectionOptions options = Server.SocketOptions();
        TableFilter? tables = table == null ? null : new TableFilter([], [], [table], []);
        var schema = new ServerLogSchema((reader ?? options).Open, tables, _warnings.Add, Stop, followsLog: true);
        var log = new ServerLog(options, request, _warnings.Add, Stop);
        using var scan = new EventScan(log.Ranges(), new EventFilter { WithStatements = true, Tables = tables }, Stop, schema);
        return ChangeIndexBuilder.Build(scan, reverse);
    }

    private IDisposable WithoutNames() =>
        Server.Flavour.HasRowMetadata ? new GlobalSetting(Server, "binlog_row_metadata", "MINIMAL") : new MemoryStream();

    private string NextFile(string extension) => Path.Combine(Server.FolderPath, $"wire-{++_files}-{Guid.NewGuid():N}.{extension}");
}
