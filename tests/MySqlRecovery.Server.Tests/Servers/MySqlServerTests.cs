using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace MySqlRecovery.Server.Tests.Servers;

public sealed class MySqlServerTests(MySqlFixture fixture) : IClassFixture<MySqlFixture>
{
    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Rows_written_come_back_and_are_in_the_binary_log()
    {
        Server.Sql("CREATE DATABASE shop; CREATE TABLE shop.item (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20)) AUTO_INCREMENT=7");
        BinlogPosition before = Server.Position();
        Server.Sql("INSERT INTO item (name) VALUES ('caf\u00e9'), ('tab\there\\\\'), (NULL)", "shop");

        Assert.Equal([["7", "caf\u00e9"], ["8", "tab\there\\"], ["9", "NULL"]], Server.Query("SELECT * FROM shop.item ORDER BY id"));
        Assert.Equal(before.File, Server.Position().File);
        Assert.True(Server.Position().Offset > before.Offset);

        string log = Server.FlushLogs();
        Assert.Equal(before.File, Path.GetFileName(log));
        Assert.Contains("### INSERT INTO `shop`.`item`", Server.Mysqlbinlog("--verbose", log));
    }

    [Fact]
    public void A_binary_log_is_applied_again_and_the_dump_tells_the_states_apart()
    {
        Server.Sql("CREATE DATABASE bank; CREATE TABLE bank.account (id INT PRIMARY KEY AUTO_INCREMENT, cents INT); "
            + "CREATE TABLE bank.note (t TEXT)");
        Server.FlushLogs();
        string empty = Server.Dump("bank");
        Server.Sql("INSERT INTO bank.account (cents) VALUES (100), (-5); INSERT INTO bank.note VALUES ('b'), ('a')");
        string full = Server.Dump("bank");
        string fullSorted = Server.DumpSorted("bank");
        string log = Server.FlushLogs();

        Server.Sql("DELETE FROM bank.account; DELETE FROM bank.note");
        Assert.Equal(empty, Server.Dump("bank"));
        Assert.NotEqual(empty, full);

        Server.ApplyBinlog(log, "--skip-gtids");
        Assert.Equal(full, Server.Dump("bank"));
        Assert.Equal(fullSorted, Server.DumpSorted("bank"));
    }

    [Fact]
    public void A_restart_keeps_the_data_and_begins_another_log()
    {
        Server.Sql("CREATE DATABASE kept");
        int logs = Server.BinlogFiles.Count;

        Server.Restart();

        Assert.Equal("kept", Server.Scalar("SHOW DATABASES LIKE 'kept'"));
        Assert.Equal(logs + 1, Server.BinlogFiles.Count);
    }

    [Fact]
    public void A_refused_statement_throws_the_servers_words()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Server.Sql("SELECT nonsense"));
        Assert.StartsWith("ERROR 1054 (42S22): Unknown column 'nonsense'", refused.Message);
    }

    [Fact]
    public void A_file_with_a_stored_program_runs()
    {
        string file = Path.Combine(Server.FilesPath, "program.sql");
        File.WriteAllText(file,
            "CREATE DATABASE p;\nDELIMITER //\nCREATE PROCEDURE p.two() BEGIN SELECT 1; SELECT 2; END//\nDELIMITER ;\n");
        Server.RunFile(file);
        Assert.Equal("1\n1\n2\n2\n", Server.Client("CALL p.two()"));
    }

    [Fact]
    public void Settings_of_a_test_override_the_defaults()
    {
        using MySqlServer server =
            MySqlServer.Start(ServerFlavour.MySql, "gtid-mode=OFF", "binlog-row-image=MINIMAL", "innodb-page-size=4k");
        Assert.Equal(["OFF", "MINIMAL", "4096"], server.Query("SELECT @@gtid_mode, @@binlog_row_image, @@innodb_page_size")[0]);
    }

    [Fact]
    public void Logs_can_be_encrypted_with_a_keyring()
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql, keyring: true, "binlog-encryption=ON");
        Assert.Equal([0xFD, 0x62, 0x69, 0x6E], File.ReadAllBytes(server.FlushLogs())[..4]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_left_of_a_server_that_was_disposed(bool stopFirst)
    {
        MySqlServer server = MySqlServer.Start(ServerFlavour.MySql);
        int id = int.Parse(File.ReadAllText(Path.Combine(server.FolderPath, "mysqld.pid")), CultureInfo.InvariantCulture);
        using Process process = Process.GetProcessById(id);
        Assert.False(process.HasExited);

        if (stopFirst)
        {
            server.Stop();
            Assert.True(Directory.Exists(server.DataPath));
        }

        server.Dispose();

        Assert.True(process.WaitForExit(5000));
        Assert.False(Directory.Exists(server.FolderPath));
    }

    [Fact]
    public void A_server_that_cannot_start_says_why()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => MySqlServer.Start(ServerFlavour.MySql, "no-such-option=1"));
        Assert.Contains("no-such-option", failure.Message);
    }
}
