using System.Globalization;
using System.Text;
using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

/// <summary>Queries against each server.</summary>
public abstract class ServerQueryTests(ServerFixture fixture)
{
    protected MySqlServer Server => fixture.Server;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Values_come_as_the_server_writes_them()
    {
        using ServerConnection connection = Server.Connect();
        connection.Execute("CREATE DATABASE q", Token);
        connection.InitDb("q", Token);
        connection.Execute(
            "CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY, d DECIMAL(10,3), s VARCHAR(40) CHARACTER SET utf8mb4, " +
            "b VARBINARY(10), t DATETIME(3), f DOUBLE, e ENUM('a','b'))", Token);
        connection.Execute(
            "INSERT INTO t VALUES (18446744073709551615, -0.5, 'caf\u00e9 \U0001F600', X'00FF10', '2024-02-29 23:59:59.125', 1.5, 'b'), " +
            "(1, NULL, '', X'', NULL, NULL, NULL)", Token);

        using IQueryRows rows = connection.Query(
            """
            SELECT id, CAST(d AS BINARY) AS d, CAST(s AS BINARY) AS s, b, CAST(t AS BINARY) AS t, CAST(f AS BINARY) AS f,
              e FROM t ORDER BY id DESC
            """, Token);
        Assert.Equal(["id", "d", "s", "b", "t", "f", "e"], rows.ColumnNames);
        Assert.True(rows.Read());
        Assert.Equal("18446744073709551615", rows.GetString(0));
        Assert.Equal("-0.500", rows.GetString(1));
        Assert.Equal("caf\u00e9 \U0001F600", rows.GetString(2));
        Assert.Equal([0x00, 0xFF, 0x10], rows.GetBytes(3)!);
        Assert.Equal("2024-02-29 23:59:59.125", rows.GetString(4));
        Assert.Equal("1.5", rows.GetString(5));
        Assert.Equal("b", rows.GetString(6));
        Assert.True(rows.Read());
        Assert.Equal([false, true, false, false, true, true, true], Enumerable.Range(0, 7).Select(rows.IsNull));
        Assert.Equal("", rows.GetString(2));
        Assert.Empty(rows.GetBytes(3)!);
        Assert.False(rows.Read());
    }

    [Fact]
    public void The_server_tells_who_it_is()
    {
        using ServerConnection connection = Server.Connect();
        ServerFacts facts = connection.GetFacts(Token);

        Assert.Equal(Server.Version, facts.VersionText);
        Assert.Equal((uint)Server.Port, facts.ServerId);
        Assert.Equal(Server.Flavour.IsMariaDb ? ServerFlavor.MariaDb : ServerFlavor.MySql, facts.Flavor);
        Assert.Equal(!Server.Flavour.IsMariaDb, facts.ServerUuid.HasValue);
        Assert.Equal(connection.ConnectionId.ToString(CultureInfo.InvariantCulture),
            connection.QueryScalar("SELECT connection_id()", Token));
        connection.Ping(Token);
    }

    [Fact]
    public void A_refused_statement_is_an_error_and_the_connection_goes_on()
    {
        using ServerConnection connection = Server.Connect();
        var refused = Assert.Throws<RecoveryException>(() => connection.Execute("SELECT secret_thing", Token));
        Assert.Equal("ServerQueryFailed", refused.ErrorId);
        Assert.Contains("1054", refused.Message);
        Assert.Contains("42S22", refused.Message);
        Assert.Equal("1", connection.QueryScalar("SELECT 1", Token));
    }

    [Fact]
    public void An_unknown_database_is_named_when_connecting()
    {
        ConnectionOptions options = Server.SocketOptions();
        options.Database = "nowhere";
        Assert.Equal("ServerDatabaseNotFound", Assert.Throws<RecoveryException>(() => options.Open()).ErrorId);
    }

    [Fact]
    public void A_result_that_is_left_half_read_makes_room_for_the_next_query()
    {
        using ServerConnection connection = Server.Connect();
        using (IQueryRows rows = connection.Query("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3", Token))
        {
            Assert.True(rows.Read());
            Assert.Throws<InvalidOperationException>(() => connection.Query("SELECT 4", Token));
        }

        Assert.Equal("5", connection.QueryScalar("SELECT 5", Token));
    }

    [Fact]
    public void A_statement_and_a_row_of_60_MiB_pass_in_both_directions()
    {
        const int Length = 60 << 20;
        using ServerConnection connection = Server.Connect();
        string sql = "SELECT '" + string.Create(Length, 0, (span, _) =>
        {
            for (int i = 0; i < span.Length; i++)
                span[i] = (char)('a' + i % 23);
        }) + "', 'after'";

        using (IQueryRows rows = connection.Query(sql, Token))
        {
            Assert.True(rows.Read());
            Assert.Equal("after", rows.GetString(1));
            Assert.True(rows.GetBytes(0).AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(sql).AsSpan(8, Length)));
        }

        Assert.Equal("1", connection.QueryScalar("SELECT 1", Token));
    }

    [Theory]
    [InlineData((1 << 24) - 1)]
    [InlineData((1 << 24) - 2)]
    [InlineData(1 << 24)]
    [InlineData((1 << 25) - 2)]
    public void Packets_around_the_greatest_length_are_joined_and_split(int commandLength)
    {
        using ServerConnection connection = Server.Connect();
        string frame = "SELECT LENGTH(''), ''"; // the command byte and this; the literal's length makes up the rest
        string literal = new('x', commandLength - 1 - frame.Length);
        using IQueryRows rows = connection.Query($"SELECT LENGTH(''), '{literal}'", Token);
        Assert.True(rows.Read());
        Assert.Equal(literal.Length, rows.GetBytes(1)!.Length);
        Assert.False(rows.Read());
    }

    [Fact]
    public void A_long_result_streams_row_by_row()
    {
        using ServerConnection connection = Server.Connect();
        using IQueryRows rows = connection.Query(
            "SELECT a.i * 1000 + b.i * 10 + c.i FROM (" + Digits(100) + ") a, (" + Digits(100) + ") b, (" + Digits(10) + ") c", Token);
        long sum = 0, count = 0;
        while (rows.Read())
        {
            sum += long.Parse(rows.GetString(0)!, CultureInfo.InvariantCulture);
            count++;
        }

        Assert.Equal((100_000, 100_000L * 99_999 / 2), (count, sum));
    }

    [Fact]
    public void A_cancelled_query_ends_at_once_and_closes_the_connection()
    {
        using ServerConnection connection = Server.Connect();
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        DateTime start = DateTime.UtcNow;
        Assert.ThrowsAny<OperationCanceledException>(() => connection.Execute("SELECT SLEEP(300)", cancel.Token));
        Assert.True(DateTime.UtcNow - start < TimeSpan.FromMinutes(1), "the end of the query was waited for");
        Assert.False(connection.IsOpen);
        Assert.Equal("ServerConnectionLost", Assert.Throws<RecoveryException>(() => connection.Ping(Token)).ErrorId);
    }

    [Fact]
    public void A_server_that_is_silent_too_long_is_a_time_out()
    {
        ConnectionOptions options = Server.SocketOptions();
        options.CommandTimeout = TimeSpan.FromMilliseconds(400);
        using ServerConnection connection = options.Open();
        Assert.Equal("ServerTimeout", Assert.Throws<RecoveryException>(() => connection.Execute("SELECT SLEEP(20)", Token)).ErrorId);
        Assert.False(connection.IsOpen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_connection_is_told_as_lost(bool idle)
    {
        using ServerConnection victim = Server.Connect();
        Task kill = Task.Run(
            () =>
            {
                Thread.Sleep(idle ? 0 : 500);
                Server.Sql($"KILL {victim.ConnectionId}");
            },
            Token);
        if (idle)
            await kill;
        RecoveryException lost = Assert.Throws<RecoveryException>(() => victim.Execute("SELECT SLEEP(20)", Token));
        Assert.Equal("ServerConnectionLost", lost.ErrorId);
        await kill;
    }

    [Fact]
    public void A_missing_privilege_is_named()
    {
        Server.Sql("CREATE USER weak@localhost IDENTIFIED BY 'Weak-pw1'");
        ConnectionOptions options = Server.SocketOptions();
        (options.User, options.Password) = ("weak", "Weak-pw1");
        using ServerConnection connection = options.Open();
        RecoveryException missing = Assert.Throws<RecoveryException>(() => connection.Execute("SELECT * FROM mysql.user", Token));
        Assert.Equal(("ServerPrivilegeMissing", RecoveryErrorKind.PermissionDenied), (missing.ErrorId, missing.Kind));
    }

    private static string Digits(int count) =>
        "SELECT 0 i" + string.Concat(Enumerable.Range(1, count - 1).Select(i => $" UNION ALL SELECT {i}"));
}
