using System.Data;
using System.Data.Common;
using System.Globalization;
using MySqlRecovery.Client.Tests.Fakes;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client.Tests;

public sealed class DbConnectionQueryClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<object, string> Values => new()
    {
        { "text \u00e9", "text \u00e9" },
        { "bytes"u8.ToArray(), "bytes" },
        { true, "1" },
        { false, "0" },
        { ulong.MaxValue, "18446744073709551615" },
        { -12.340m, "-12.340" },
        { 0.1d, "0.1" },
        { 1.5f, "1.5" },
        { Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), "00112233-4455-6677-8899-aabbccddeeff" },
        { new DateTime(2024, 2, 29, 23, 59, 58), "2024-02-29 23:59:58" },
        { new DateTime(2024, 2, 29, 23, 59, 58, 120), "2024-02-29 23:59:58.120000" },
        { new TimeSpan(30, 4, 5, 6), "724:05:06" },
        { -new TimeSpan(0, 0, 5, 6, 7), "-00:05:06.007000" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Values_of_any_provider_become_the_servers_text(object value, string text)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            IQueryClient client = Client(value);
            using IQueryRows rows = client.Query("SELECT 1", Token);
            Assert.Equal(["c", "n"], rows.ColumnNames);
            Assert.True(rows.Read());
            Assert.Equal(text, rows.GetString(0));
            Assert.Equal(System.Text.Encoding.UTF8.GetBytes(text), rows.GetBytes(0));
            Assert.Equal((false, true, null, null), (rows.IsNull(0), rows.IsNull(1), rows.GetString(1), rows.GetBytes(1)));
            Assert.False(rows.Read());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Bytes_stay_bytes()
    {
        using IQueryRows rows = Client(new byte[] { 0xFF, 0x00, 0xC3 }).Query("SELECT 1", Token);
        Assert.True(rows.Read());
        Assert.Equal([0xFF, 0x00, 0xC3], rows.GetBytes(0)!);
    }

    [Fact]
    public void The_short_forms_work_on_any_client()
    {
        DbConnectionQueryClient client = Client(5);
        Assert.Equal("db1", client.Server);
        Assert.Equal("5", client.QueryScalar("SELECT 5", Token));
        Assert.Equal([["5", null]], client.QueryAll("SELECT 5", Token));
    }

    [Fact]
    public void A_connection_that_is_not_open_is_refused()
    {
        using var connection = new TableConnection(new DataTable()) { Now = ConnectionState.Closed };
        Fail.With("ConnectionNotOpen", () => _ = new DbConnectionQueryClient(connection));
    }

    [Fact]
    public void A_failure_of_the_provider_is_ours()
    {
        using var connection = new TableConnection(new DataTable(), new Refusal());
        Assert.Contains("no such table",
            Fail.With("ServerQueryFailed", () => new DbConnectionQueryClient(connection).Query("SELECT 1", Token)).Message);
    }

    [Fact]
    public void A_cancelled_token_ends_the_reading()
    {
        using var cancel = new CancellationTokenSource();
        using IQueryRows rows = Client(1).Query("SELECT 1", cancel.Token);
        cancel.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => rows.Read());
        Assert.ThrowsAny<OperationCanceledException>(() => Client(1).Query("SELECT 1", cancel.Token));
    }

    private static DbConnectionQueryClient Client(object value)
    {
        var table = new DataTable();
        table.Columns.Add("c", value.GetType());
        table.Columns.Add("n", typeof(string));
        table.Rows.Add(value, DBNull.Value);
        return new DbConnectionQueryClient(new TableConnection(table));
    }

    private sealed class Refusal() : DbException("no such table");
}
