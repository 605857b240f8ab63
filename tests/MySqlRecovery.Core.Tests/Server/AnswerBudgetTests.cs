using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.History;
using MySqlRecovery.Model;
using MySqlRecovery.Server;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Server;

/// <summary>Answers that do not end where a server has nothing more to say.</summary>
public sealed class AnswerBudgetTests
{
    [Fact]
    public void Rows_that_come_one_in_ten_seconds_have_an_end()
    {
        var clock = new SlowClock();
        var budget = new AnswerBudget("s", clock);

        RecoveryException error = Assert.Throws<RecoveryException>(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                clock.Now += TimeSpan.FromSeconds(10);
                budget.AddRow();
            }
        });

        Assert.Equal("ServerAnswerTooLarge", error.ErrorId);
        Assert.True(clock.Now <= AnswerBudget.MaxTime + TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void One_row_may_be_as_long_as_rows_are_and_two_may_not()
    {
        var budget = new AnswerBudget("s");
        string text = new('x', 1 << 20);
        budget.AddRow();
        for (int i = 0; i < 600; i++)
            budget.Take(text);
        budget.AddRow();

        Assert.Equal("ServerAnswerTooLarge", Assert.Throws<RecoveryException>(() => budget.Take(text)).ErrorId);
    }

    [Fact]
    public void A_table_as_of_a_moment_of_a_server_without_end_has_an_end() =>
        AssertEnds(() => AsOf.FindTable(new EndlessClient(), new TableName("d", "t"), CancellationToken.None));

    [Fact]
    public void A_history_by_a_server_without_end_has_an_end()
    {
        var history = new RowHistoryReader(
            new TableName("d", "t"), new KeyChoice([1]), (_, _) => throw new InvalidOperationException("no log"), CancellationToken.None)
        {
            Client = new EndlessClient(),
        };
        AssertEnds(() => Assert.Empty(history.Read()));
    }

    [Fact]
    public void A_comparison_with_a_server_without_end_has_an_end() => AssertEnds(() =>
    {
        using var server = new ComparedServer(() => new EndlessClient(), CancellationToken.None);
        server.Variable("server_id");
        server.ReadReplicaStatus();
    });

    private static void AssertEnds(Action question) =>
        Assert.Equal("ServerAnswerTooLarge", Assert.Throws<RecoveryException>(question).ErrorId);

    /// <summary>A server that answers every question with long rows without end.</summary>
    private sealed class EndlessClient : IQueryClient
    {
        public string Server => "endless";

        public IQueryRows Query(string sql, CancellationToken token) => new EndlessRows();

        public long Change(string statements, CancellationToken token) => 0;
    }

    private sealed class EndlessRows : IQueryRows
    {
        private static readonly string Long = new('9', 1 << 20);
        private int _rows;

        public IReadOnlyList<string> ColumnNames { get; } = [.. Enumerable.Range(0, 10).Select(i => $"c{i}")];

        public bool Read() => ++_rows < 100_000 ? true : throw new InvalidOperationException("nobody stops reading");

        public bool IsNull(int column) => false;

        public string? GetString(int column) => Long;

        public byte[]? GetBytes(int column) => [1];

        public void Dispose()
        {
        }
    }

    private sealed class SlowClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
