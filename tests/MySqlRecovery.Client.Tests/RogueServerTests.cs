using System.Diagnostics;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Client.Tests.Fakes;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.History;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Client.Tests;

/// <summary>Servers that want to hold the client up or to fill its memory.</summary>
public sealed class RogueServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Rows_without_end_end_for_who_wants_one_value()
    {
        using FakeServer server = Answering(s => SendRows(s, "1"));
        using ServerConnection connection = Open(server);
        Assert.Equal("1", connection.QueryScalar("SELECT 1", Token));
        Assert.False(connection.IsOpen);
    }

    [Fact]
    public void Rows_without_end_end_for_who_wants_all_values()
    {
        using FakeServer server = Answering(s => SendRows(s, new string('x', 60_000)));
        using ServerConnection connection = Open(server);
        Assert.Contains("MiB", Fail.With("ServerAnswerTooLarge", () => connection.QueryAll("SELECT 1", Token)).Message);
        Assert.False(connection.IsOpen);
    }

    [Theory]
    [InlineData("FEFFFFFF7F00000000")]
    [InlineData("FD000001")]
    [InlineData("FE")]
    public void Columns_that_are_only_announced_cost_nothing(string head)
    {
        using FakeServer server = Answering(s =>
        {
            s.Write(Convert.FromHexString(head));
            s.WaitForEnd();
        });
        using ServerConnection connection = Open(server);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("columns", Fail.With("ServerProtocolError", () => connection.QueryAll("SELECT 1", Token)).Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void One_question_has_one_answer()
    {
        // An OK that promises another result, over and over.
        using FakeServer server = Answering(s =>
        {
            while (true)
                s.Write([0, 0, 0, 10, 0, 0, 0]);
        });
        using ServerConnection connection = Open(server);
        Assert.Contains("more than one answer", Fail.With("ServerProtocolError", () => connection.Execute("DO 1", Token)).Message);
    }

    [Fact]
    public void Rows_that_promise_another_result_are_an_error()
    {
        using FakeServer server = Answering(s =>
        {
            s.Write([1]);
            s.Write(FakeSession.ColumnPayload("a"));
            s.Write(FakeSession.RowPayload("1"));
            s.Write([0xFE, 0, 0, 10, 0, 0, 0]);
            s.Write([1]);
            s.Write(FakeSession.ColumnPayload("a"));
            s.Write(FakeSession.RowPayload("2"));
            s.Write(FakeSession.OkAsEofPayload);
            s.WaitForEnd();
        });
        using ServerConnection connection = Open(server);
        Assert.Contains("two answers", Fail.With("ServerProtocolError", () => connection.QueryAll("SELECT 1", Token)).Message);
    }

    [Fact]
    public void A_row_that_comes_byte_by_byte_is_a_time_out()
    {
        using FakeServer server = Answering(s =>
        {
            s.Write([1]);
            s.Write(FakeSession.ColumnPayload("a"));
            s.WriteRaw([0xE8, 0x03, 0, s.Sequence]);
            while (true)
            {
                s.WriteRaw([1]);
                Thread.Sleep(50);
            }
        });
        ConnectionOptions options = server.Options;
        options.CommandTimeout = TimeSpan.FromSeconds(0.6);
        using ServerConnection connection = ServerConnection.Open(options, Token);
        long start = Stopwatch.GetTimestamp();
        Fail.With("ServerTimeout", () => connection.QueryAll("SELECT 1", Token));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "the whole row was waited for");
    }

    [Theory]
    [InlineData("Get-TableRow")]
    [InlineData("Get-RowHistory")]
    [InlineData("Test-ReplicationConsistency")]
    public void Whoever_asks_a_server_that_answers_byte_by_byte_comes_to_an_end(string who)
    {
        using FakeServer server = Answering(s =>
        {
            s.WriteRaw([0xE8, 0x03, 0, s.Sequence]);
            while (true)
            {
                s.WriteRaw([1]);
                Thread.Sleep(50);
            }
        });
        ConnectionOptions options = server.Options;
        options.CommandTimeout = TimeSpan.FromSeconds(0.6);
        var table = new TableName("d", "t");
        Fail.With("ServerTimeout", () =>
        {
            if (who == "Get-TableRow")
            {
                ServerAsOf.Open(options, new AsOfRequest { Table = table }, Moment.Of(null, null, null, null), _ => { }, Token).Dispose();
                return;
            }

            using ServerConnection connection = ServerConnection.Open(options, Token);
            if (who == "Get-RowHistory")
                Assert.Empty(new RowHistoryReader(table, new KeyChoice([1]), (_, _) => null!, Token) { Client = connection }.Read());
            else
                Assert.Null(new ComparedServer(() => connection, Token).Variable("server_id"));
        });
    }

    private static void SendRows(FakeSession s, string value)
    {
        s.Write([1]);
        s.Write(FakeSession.ColumnPayload("a"));
        byte[] row = FakeSession.RowPayload(value);
        while (true)
            s.Write(row);
    }

    private static FakeServer Answering(Action<FakeSession> answer) => new(s =>
    {
        s.Accept(FakeSession.Classic | Capabilities.DeprecateEof);
        s.ReadCommand();
        answer(s);
    });

    private static ServerConnection Open(FakeServer server) => ServerConnection.Open(server.Options, Token);
}
