using System.Collections.Specialized;
using System.Globalization;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.History;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.History;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Server.Tests.Properties;

/// <summary>
/// Random histories, looked back into from their end, or forward from a dump of their start. The law: the rows of a moment are those
/// that all that was done before it comes to; else it is said why they are not known.
/// </summary>
public abstract class AsOfPropertyTests(ServerFixture fixture, ITestOutputHelper output)
{
    private const int Incidents = 15;

    private readonly RandomIncidents _incidents = new(output);

    private MySqlServer Server => fixture.Server;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_told_of_a_moment_is_what_was_done_before_it() => _incidents.Run(Incidents, Try);

    private void Try(int seed)
    {
        using var history = new RandomHistory(Server, seed);
        var random = new Random(seed);
        string? dump = random.Next(2) == 0 ? BaseDump.Write(Server, RandomHistory.Database) : null;
        history.Run();
        RandomTransaction[] logged = [.. history.Transactions.Where(t => t.IsLogged)];
        if (logged.Length == 0)
            return;
        long position = logged[random.Next(logged.Length)].End;
        string[] tables = history.Replay.Until(position);
        foreach (string table in tables)
        {
            string what = $"seed {seed} on {Server.Version}, {table} at {position}{(dump == null ? "" : ", from a dump")}";
            string[] expected = Read(new TableName(RandomReplay.Replayed, table), new Moment()).Rows, found;
            bool isDoubtful;
            try
            {
                var name = new TableName(RandomHistory.Database, table);
                var moment = new Moment { Place = (Path.GetFileName(history.Log), position) };
                (found, isDoubtful) = dump == null ? Read(name, moment) : Read(dump, name, moment);
            }
            catch (RecoveryException e)
            {
                _incidents.Count($"refused {e.ErrorId}");
                continue;
            }

            bool isRight = expected.SequenceEqual(found);
            _incidents.Count(isRight ? "right" : isDoubtful ? "doubtful" : "WRONG");
            if (!isRight && !isDoubtful)
                _incidents.Failures.Add($"{what}, missing:\n{Shown(expected.Except(found))}\nunexpected:\n{Shown(found.Except(expected))}");
        }
    }

    private (string[] Rows, bool IsDoubtful) Read(TableName table, Moment moment)
    {
        var doubts = new List<string>();
        using ServerAsOf asOf = ServerAsOf.Open(Server.SocketOptions(), RequestOf(table), moment, doubts.Add, Stop);
        return (Texts(asOf.Rows()), doubts.Count > 0);
    }

    private (string[] Rows, bool IsDoubtful) Read(string dump, TableName table, Moment moment)
    {
        var doubts = new List<string>();
        var file = DumpFile.Open(dump, Stop);
        using var based = new BaseAsOf(
            file, RequestOf(table), LogSinceDump.OfServer(Server.SocketOptions(), file, moment, doubts.Add, Stop), Stop);
        based.Prepare();
        return (Texts(based.Rows()), doubts.Count > 0);
    }

    private static AsOfRequest RequestOf(TableName table) => new() { Table = table, MaximumMemory = 32 << 20 };

    private static string[] Texts(IEnumerable<TableRow> rows) => [.. rows.Select(r => Text(r.Value)).Order(StringComparer.Ordinal)];

    private static string Text(OrderedDictionary row) => string.Join(", ", row.Keys.Cast<string>().Select(k => $"{k}: {row[k] switch
    {
        null => "NULL",
        byte[] bytes => Convert.ToHexString(bytes),
        var value => Convert.ToString(value, CultureInfo.InvariantCulture),
    }}"));

    private static string Shown(IEnumerable<string> rows) => string.Join('\n', rows.Take(8));
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
