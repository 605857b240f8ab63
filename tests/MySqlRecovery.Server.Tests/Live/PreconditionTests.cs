using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

/// <summary>What stands in the way is said before the work, with the statement that sets it right.</summary>
public abstract class PreconditionTests(ServerFixture fixture)
{
    private const string Ahead = "For the future: ";

    protected MySqlServer Server => fixture.Server;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("binlog_format", "STATEMENT", "ROW")]
    [InlineData("binlog_row_image", "MINIMAL", "FULL")]
    public void A_setting_that_leaves_things_out_of_the_log_is_named_and_set_right(string name, string poor, string good)
    {
        Server.Sql($"SET GLOBAL {name} = {poor}");
        string said = Assert.Single(Warnings(new ServerLogRequest()));
        Assert.Contains($"{name} is {poor}", said);
        Assert.Contains($"{name} = {good};", said);
        Server.Sql(StatementOf(said));
        Assert.Equal(good, Server.Scalar($"SELECT @@global.{name}"));
        Assert.Empty(Warnings(new ServerLogRequest()));
    }

    [Fact]
    public void Columns_without_names_in_the_log_are_said_and_set_right()
    {
        if (Server.Flavour.HasRowMetadata)
            A_setting_that_leaves_things_out_of_the_log_is_named_and_set_right("binlog_row_metadata", "MINIMAL", "FULL");
    }

    [Fact]
    public void An_account_without_the_privilege_is_told_which_to_grant()
    {
        ConnectionOptions options = NewAccount("nodump");
        RecoveryException refusal = Assert.Throws<RecoveryException>(() => WireReading.Events(options, new ServerLogRequest(), Stop));
        Assert.Equal("ServerPrivilegeMissing", refusal.ErrorId);
        Assert.Equal("GRANT REPLICATION SLAVE ON *.* TO 'nodump'@'localhost';", refusal.RecommendedAction);
        Server.Sql(refusal.RecommendedAction!);
        Assert.NotEmpty(WireReading.Events(options, new ServerLogRequest(), Stop));
    }

    [Fact]
    public void An_account_that_may_not_list_the_logs_reads_them_all()
    {
        ConnectionOptions options = NewAccount("nolist");
        Server.Sql("GRANT REPLICATION SLAVE ON *.* TO nolist@localhost");
        var request = new ServerLogRequest { StartTime = DateTime.UtcNow };
        string said = Assert.Single(Warnings(request, options));
        Server.Sql(StatementOf(said));
        Assert.Empty(Warnings(request, options));
    }

    [Fact]
    public void What_was_purged_is_named_with_the_way_to_keep_it_longer()
    {
        string first = Path.GetFileName(Server.BinlogFiles[0]);
        Server.FlushLogs();
        // A server keeps a log as long as the session of an earlier dump, which it has not yet seen to be gone, stands on it.
        for (int tries = 0; Path.GetFileName(Server.BinlogFiles[0]) == first && tries < 600; tries++)
        {
            Server.Sql($"PURGE BINARY LOGS TO '{Path.GetFileName(Server.BinlogFiles[^1])}'");
            Thread.Sleep(100);
        }

        RecoveryException gone = Assert.Throws<RecoveryException>(
            () => WireReading.Events(Server.SocketOptions(), new ServerLogRequest { StartFile = first }, Stop));
        Assert.Equal("BinlogPurged", gone.ErrorId);
        Assert.Contains("expire", gone.RecommendedAction);

        string said = Assert.Single(Warnings(new ServerLogRequest { StartTime = DateTime.UtcNow.AddDays(-1) }));
        Assert.Contains("purged", said);
        Server.Sql(StatementOf(said));
    }

    [Fact]
    public void A_last_file_that_does_not_come_is_an_error_after_everything()
    {
        using EventScan scan = WireReading.Scan(Server.SocketOptions(), new ServerLogRequest { StopFile = "binlog.999999" }, Stop);
        int events = 0;
        RecoveryException missing = Assert.Throws<RecoveryException>(() =>
        {
            while (scan.Read())
                events++;
        });
        Assert.Equal("StopFileNotFound", missing.ErrorId);
        Assert.NotEqual(0, events);
    }

    /// <summary>What was said on reading the server's logs.</summary>
    private protected List<string> Warnings(ServerLogRequest request, ConnectionOptions? options = null)
    {
        var said = new List<string>();
        using EventScan scan = WireReading.Scan(options ?? Server.SocketOptions(), request, Stop, said.Add);
        while (scan.Read())
            continue;
        return said;
    }

    /// <summary>The statements of a warning, without what goes into the option file.</summary>
    protected static string StatementOf(string warning)
    {
        string statement = warning[(warning.IndexOf(Ahead, StringComparison.Ordinal) + Ahead.Length)..];
        int file = statement.IndexOf(" and under [mysqld]", StringComparison.Ordinal);
        return file < 0 ? statement : statement[..file];
    }

    private ConnectionOptions NewAccount(string name)
    {
        Server.Sql($"CREATE USER {name}@localhost IDENTIFIED BY 'No-dump1'");
        ConnectionOptions options = Server.SocketOptions();
        (options.User, options.Password) = (name, "No-dump1");
        return options;
    }
}
