using MySqlRecovery.Client.Tests.Fakes;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client.Tests;

/// <summary>What is asked before each batch is written, of a server whose answers do not end.</summary>
public sealed class WriteThrottleTests
{
    [Theory]
    [InlineData("Host")]
    [InlineData("Port")]
    public void A_list_of_replicas_has_an_end(string longColumn) => Fail.With(
        "ServerAnswerTooLarge",
        () => new WriteThrottle(new Endless(longColumn), TimeSpan.Zero, null, _ => null!, CancellationToken.None).Dispose());

    [Fact]
    public void A_count_of_sessions_has_an_end()
    {
        using var throttle = new WriteThrottle(new Endless("Port"), null, 5, _ => null!, CancellationToken.None);
        Fail.With("ServerAnswerTooLarge", () => throttle.Wait(() => true, _ => { }));
    }

    private sealed class Endless(string longColumn) : IQueryClient
    {
        public string Server => "endless";

        public IQueryRows Query(string sql, CancellationToken token) => new Rows(longColumn, sql.Contains("VERSION"));

        public long Change(string statements, CancellationToken token) => 0;
    }

    private sealed class Rows(string longColumn, bool isVersion) : IQueryRows
    {
        private static readonly string Long = new('9', 1 << 20);
        private int _row;

        public IReadOnlyList<string> ColumnNames { get; } = ["Server_Id", "Host", "Port"];

        public bool Read() => ++_row < 20_000 ? true : throw new InvalidOperationException("nobody stops reading");

        public bool IsNull(int column) => false;

        public string? GetString(int column) => isVersion ? "9.7.4" : ColumnNames[column] == longColumn ? Long : "1";

        public byte[]? GetBytes(int column) => null;

        public void Dispose()
        {
        }
    }
}
