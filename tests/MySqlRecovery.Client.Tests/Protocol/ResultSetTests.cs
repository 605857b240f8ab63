using System.Globalization;
using System.Text;
using MySqlRecovery.Client.Protocol;
using MySqlRecovery.Client.Tests.Fakes;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client.Tests.Protocol;

public sealed class ResultSetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_end_with_EOF_or_with_the_OK_that_replaces_it(bool deprecateEof)
    {
        using FakeServer server = Answering(deprecateEof, (s, end) =>
        {
            s.Write([2]);
            s.Write(FakeSession.ColumnPayload("a"));
            s.Write(FakeSession.ColumnPayload("b", FakeSession.LongLong));
            if (!deprecateEof)
                s.Write(FakeSession.EofPayload);
            for (int i = 0; i < 600; i++)
                s.Write(FakeSession.RowPayload($"row {i}", i % 2 == 0 ? null : i.ToString(CultureInfo.InvariantCulture)));
            s.Write(end);
        });
        using ServerConnection connection = Open(server);
        using IQueryRows rows = connection.Query("SELECT 1", Token);
        Assert.Equal(["a", "b"], rows.ColumnNames);
        for (int i = 0; i < 600; i++)
        {
            Assert.True(rows.Read());
            Assert.Equal(($"row {i}", i % 2 == 0 ? null : i.ToString(CultureInfo.InvariantCulture)),
                (rows.GetString(0), rows.GetString(1)));
        }

        Assert.False(rows.Read());
        Assert.False(rows.Read());
    }

    [Fact]
    public void A_row_whose_first_value_is_of_16_MiB_is_not_taken_for_the_end()
    {
        // 0xFE starts a length of eight bytes as well as the end of rows.
        string big = new('x', 17 << 20);
        using FakeServer server = Answering(true, (s, end) =>
        {
            s.Write([1]);
            s.Write(FakeSession.ColumnPayload("a"));
            s.Write(new PayloadWriter().Byte(0xFE).UInt64((ulong)big.Length).Text(big).Written);
            s.Write(end);
        });
        using ServerConnection connection = Open(server);
        Assert.Equal(big, connection.QueryScalar("SELECT 1", Token));
    }

    [Fact]
    public void A_statement_of_more_than_16_MiB_is_sent_in_several_packets()
    {
        string sql = "SELECT '" + new string('y', 33 << 20) + "'";
        using FakeServer server = Answering(true, (s, _) => s.Write(FakeSession.OkPayload), command =>
        {
            Assert.Equal(sql.Length + 1, command.Length);
            Assert.Equal(sql, Encoding.ASCII.GetString(command.AsSpan(1)));
        });
        using ServerConnection connection = Open(server);
        connection.Execute(sql, Token);
    }

    [Fact]
    public void An_error_among_the_rows_is_told_and_the_connection_goes_on()
    {
        using FakeServer server = Answering(true, (s, _) =>
        {
            s.Write([1]);
            s.Write(FakeSession.ColumnPayload("a"));
            s.Write(FakeSession.RowPayload("1"));
            s.Write(FakeSession.ErrorPayload(1317, "Query execution was interrupted"));
            s.ReadCommand();
            s.Write(FakeSession.OkPayload);
        });
        using ServerConnection connection = Open(server);
        using (IQueryRows rows = connection.Query("SELECT 1", Token))
        {
            Assert.True(rows.Read());
            Fail.With("ServerQueryFailed", () => rows.Read());
        }

        connection.Ping(Token);
    }

    [Fact]
    public void A_server_never_gets_a_file_of_the_client()
    {
        using FakeServer server = Answering(true, (s, _) =>
        {
            s.Write([0xFB, .. "/etc/passwd"u8]);
            s.WaitForEnd();
        });
        using ServerConnection connection = Open(server);
        Fail.With("ServerProtocolError", () => connection.Execute("SELECT 1", Token));
        Assert.False(connection.IsOpen);
    }

    public static TheoryData<string> HostileAnswers => new(
        "", // an empty packet
        "FEFFFFFFFFFFFFFFFF", // 2^64 - 1 columns
        "FE00000000FFFFFFFF",
        "FC", // a length cut short
        "01|", // an empty column definition
        "01|03646566FDFFFFFF", // a schema of 16 MiB that does not come
        "01|036465660000000000FF", // fixed fields of a length that is none
        "01|COLUMN|02", // a value of two bytes without them
        "01|COLUMN|FDFFFF7F",
        "01|COLUMN|EOF|FEFFFFFFFFFFFFFFFF41",
        "01|COLUMN|EOF|FEFFFFFF7F0000000041",
        "02|COLUMN|COLUMN|0141"); // one value less

    [Theory]
    [MemberData(nameof(HostileAnswers))]
    public void Lengths_that_lie_are_an_error_and_cost_nothing(string packets)
    {
        using FakeServer server = Answering(!packets.Contains("EOF"), (s, eof) =>
        {
            foreach (string packet in packets.Split('|'))
                s.Write(packet switch { "COLUMN" => FakeSession.ColumnPayload("a"), "EOF" => eof, _ => Convert.FromHexString(packet) });
        });
        using ServerConnection connection = Open(server);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Fail.With("ServerProtocolError", () => connection.QueryAll("SELECT 1", Token));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
        Assert.False(connection.IsOpen);
    }

    [Fact]
    public void A_value_more_than_there_are_columns_is_not_taken_for_one()
    {
        using FakeServer server = Answering(true, (s, end) =>
        {
            s.Write([1]);
            s.Write(FakeSession.ColumnPayload("a"));
            s.Write(Convert.FromHexString("01410142"));
            s.Write(end);
        });
        using ServerConnection connection = Open(server);
        Assert.Equal([["A"]], connection.QueryAll("SELECT 1", Token));
    }

    [Fact]
    public void A_server_that_goes_silent_among_the_rows_is_a_time_out()
    {
        using FakeServer server = Answering(true, (s, _) =>
        {
            s.Write([1]);
            s.Write(FakeSession.ColumnPayload("a"));
            s.WaitForEnd();
        });
        ConnectionOptions options = server.Options;
        options.CommandTimeout = TimeSpan.FromSeconds(0.3);
        using ServerConnection connection = ServerConnection.Open(options, Token);
        Fail.With("ServerTimeout", () => connection.QueryAll("SELECT 1", Token));
    }

    [Fact]
    public void Closing_says_goodbye()
    {
        using var server = new FakeServer(s =>
        {
            s.Accept();
            Assert.Equal([1], s.ReadCommand());
        });
        Open(server).Dispose();
    }

    private static FakeServer Answering(bool deprecateEof, Action<FakeSession, byte[]> answer, Action<byte[]>? check = null) => new(s =>
    {
        s.Accept(FakeSession.Classic | (deprecateEof ? Capabilities.DeprecateEof : 0));
        byte[] command = s.ReadCommand();
        check?.Invoke(command);
        answer(s, deprecateEof ? FakeSession.OkAsEofPayload : FakeSession.EofPayload);
    });

    private static ServerConnection Open(FakeServer server) => ServerConnection.Open(server.Options, Token);
}
