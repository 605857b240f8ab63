using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Server;

namespace MySqlRecovery.Core.Tests.Consistency;

/// <summary>A server that knows its version, its variables and its status, and nothing else.</summary>
internal sealed class AnswersByHeart(
    string name, string version, string variables, string status = "", string channel = "", Func<string, string?>? scalar = null)
        : IQueryClient
{
    public string Server => name;

    /// <summary>A server with variables written as <c>name=value, name=value</c>.</summary>
    /// <param name="name">How it is called.</param>
    /// <param name="version">What VERSION() says.</param>
    /// <param name="variables">The variables.</param>
    /// <param name="status">The status, in the same way.</param>
    /// <param name="channel">The channels by which it replicates, in the same way, with <c> | </c> between them.</param>
    /// <param name="scalar">Answers to other questions of one value; null for no row.</param>
    public static ComparedServer Open(
        string name, string version, string variables, string status = "", string channel = "", Func<string, string?>? scalar = null) =>
        new(() => new AnswersByHeart(name, version, variables, status, channel, scalar), CancellationToken.None);

    public IQueryRows Query(string sql, CancellationToken token) => sql switch
    {
        "SELECT VERSION()" => new Table(["v"], [[version]]),
        "SHOW GLOBAL VARIABLES" => new Table(["n", "v"], Pairs(variables)),
        "SHOW GLOBAL STATUS" => new Table(["n", "v"], Pairs(status)),
        _ when sql.EndsWith(" STATUS", StringComparison.Ordinal) && channel.Length > 0 && !sql.Contains("LOG", StringComparison.Ordinal)
            && !sql.Contains("MASTER", StringComparison.Ordinal) =>
            new Table([.. Pairs(channel.Split(" | ")[0]).Select(p => p[0])],
                [.. channel.Split(" | ").Select(c => Pairs(c).Select(p => p[1]).ToArray())]),
        _ when scalar?.Invoke(sql) is { } value => new Table(["v"], [[value]]),
        _ => new Table([], []),
    };

    private static string[][] Pairs(string text) =>
        [.. text.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2))];

    public long Change(string statements, CancellationToken token) => throw new NotSupportedException();

    private sealed class Table(string[] columns, string[][] rows) : IQueryRows
    {
        private int _row = -1;

        public IReadOnlyList<string> ColumnNames => columns;

        public bool Read() => ++_row < rows.Length;

        public bool IsNull(int column) => false;

        public string? GetString(int column) => rows[_row][column];

        public byte[]? GetBytes(int column) => System.Text.Encoding.UTF8.GetBytes(rows[_row][column]);

        public void Dispose()
        {
        }
    }
}
