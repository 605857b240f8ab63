using System.Collections.Specialized;
using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.History;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Server.Tests.Properties;

/// <summary>
/// Random histories, looked back into from their end. The law: the rows of a moment are those that all that was done before it comes to;
/// else it is said why they are not known. PROPERTY_SECONDS and PROPERTY_SEED as with <see cref="UndoPropertyTests"/>.
/// </summary>
public abstract class AsOfPropertyTests(ServerFixture fixture, ITestOutputHelper output)
{
    private const int Incidents = 15;

    private readonly Dictionary<string, int> _outcomes = [];
    private readonly List<string> _failures = [];

    private MySqlServer Server => fixture.Server;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_told_of_a_moment_is_what_was_done_before_it()
    {
        string? seconds = Environment.GetEnvironmentVariable("PROPERTY_SECONDS");
        int first = int.Parse(Environment.GetEnvironmentVariable("PROPERTY_SEED") ?? "1", CultureInfo.InvariantCulture), seed = first;
        double most = double.Parse(seconds ?? "3600", CultureInfo.InvariantCulture);
        var watch = Stopwatch.StartNew();
        for (; (seconds != null || seed < first + Incidents) && watch.Elapsed.TotalSeconds < most && _failures.Count < 10; seed++)
            Try(seed);
        output.WriteLine($"seeds {first} to {seed - 1}: "
            + $"{string.Join(", ", _outcomes.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Key} {o.Value}"))}");
        Assert.True(_failures.Count == 0, string.Join("\n\n", _failures));
    }

    private void Try(int seed)
    {
        using var history = new RandomHistory(Server, seed);
        history.Run();
        RandomTransaction[] logged = [.. history.Transactions.Where(t => t.IsLogged)];
        if (logged.Length == 0)
            return;
        long position = logged[new Random(seed).Next(logged.Length)].End;
        string[] tables = history.Replay.Until(position);
        foreach (string table in tables)
        {
            string what = $"seed {seed} on {Server.Version}, {table} at {position}";
            string[] expected = Read(new TableName(RandomReplay.Replayed, table), new Moment()).Rows, found;
            bool isDoubtful;
            try
            {
                (found, isDoubtful) = Read(
                    new TableName(RandomHistory.Database, table), new Moment { Place = (Path.GetFileName(history.Log), position) });
            }
            catch (RecoveryException e)
            {
                Count($"refused {e.ErrorId}");
                continue;
            }

            bool isRight = expected.SequenceEqual(found);
            Count(isRight ? "right" : isDoubtful ? "doubtful" : "WRONG");
            if (!isRight && !isDoubtful)
                _failures.Add($"{what}, missing:\n{Shown(expected.Except(found))}\nunexpected:\n{Shown(found.Except(expected))}");
        }
    }

    private (string[] Rows, bool IsDoubtful) Read(TableName table, Moment moment)
    {
        var doubts = new List<string>();
        using ServerAsOf asOf = ServerAsOf.Open(
            Server.SocketOptions(), new AsOfRequest { Table = table, MaximumMemory = 32 << 20 }, moment, doubts.Add, Stop);
        return ([.. asOf.Rows().Select(r => Text(r.Value)).Order(StringComparer.Ordinal)], doubts.Count > 0);
    }

    private static string Text(OrderedDictionary row) => string.Join(", ", row.Keys.Cast<string>().Select(k => $"{k}: {row[k] switch
    {
        null => "NULL",
        byte[] bytes => Convert.ToHexString(bytes),
        var value => Convert.ToString(value, CultureInfo.InvariantCulture),
    }}"));

    private static string Shown(IEnumerable<string> rows) => string.Join('\n', rows.Take(8));

    private void Count(string outcome) => _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
}

public sealed class MySqlAsOfPropertyTests(MySqlFixture fixture, ITestOutputHelper output) : AsOfPropertyTests(fixture, output),
    IClassFixture<MySqlFixture>;

public sealed class MySql57AsOfPropertyTests(MySql57Fixture fixture, ITestOutputHelper output) : AsOfPropertyTests(fixture, output),
    IClassFixture<MySql57Fixture>;

public sealed class MySql56AsOfPropertyTests(MySql56Fixture fixture, ITestOutputHelper output) : AsOfPropertyTests(fixture, output),
    IClassFixture<MySql56Fixture>;

public sealed class MariaDbAsOfPropertyTests(MariaDbFixture fixture, ITestOutputHelper output) : AsOfPropertyTests(fixture, output),
    IClassFixture<MariaDbFixture>;

public sealed class MariaDb118AsOfPropertyTests(MariaDb118Fixture fixture, ITestOutputHelper output) : AsOfPropertyTests(fixture, output),
    IClassFixture<MariaDb118Fixture>;
