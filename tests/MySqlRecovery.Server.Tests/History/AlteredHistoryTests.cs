using System.Collections;
using System.Globalization;
using MySqlRecovery.Catalog;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Live;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.History;

/// <summary>
/// Histories of rows of a table that was altered: the same with and without catalogs, and exact only where the server had the row so.
/// The classes that derive name the server.
/// </summary>
public abstract class AlteredHistoryTests(ServerFixture fixture)
{
    // Of them some are written once only, and no log says more of them.
    private const int RowCount = 10, TouchedCount = 7;

    // The statement, and the name of the table until then.
    private static readonly (string Table, string Statement)[] Alters =
    [
        ("t", "ALTER TABLE t ADD COLUMN c INT DEFAULT 7 AFTER id"),
        ("t", "ALTER TABLE t MODIFY n INT UNSIGNED NOT NULL"),
        ("t", "ALTER TABLE t MODIFY n INT UNSIGNED NOT NULL COMMENT 'again'"),
        ("t", "RENAME TABLE t TO u"),
        ("u", "ALTER TABLE u MODIFY n BIGINT UNSIGNED NOT NULL"),
        ("u", "ALTER TABLE u DROP COLUMN s"),
        ("u", "ALTER TABLE u CHANGE e kind ENUM('x', 'y', 'z')"),
        ("u", "ALTER TABLE u MODIFY n INT UNSIGNED NOT NULL"),
        ("u", "ALTER TABLE u ADD COLUMN s VARCHAR(20)"),
        ("u", "RENAME TABLE u TO t"),
        ("t", "ALTER TABLE t MODIFY c VARCHAR(20)"),
        ("t", "ALTER TABLE t CHANGE kind e ENUM('x', 'y', 'z') NOT NULL"),
    ];

    private MySqlServer Server => fixture.Server;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("alter_full", true, true)]
    [InlineData("alter_less", false, false)]
    [InlineData("alter_mixed", true, false)]
    public void Versions_of_altered_rows_are_the_same_with_catalogs_and_exact_only_where_the_server_had_them_so(
        string database, bool beginsFull, bool endsFull)
    {
        if (!Server.Flavour.HasRowMetadata && beginsFull)
            return;
        Server.FlushLogs();
        Server.Sql($"DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database} CHARACTER SET utf8mb4");
        Server.Sql("CREATE TABLE t (id INT PRIMARY KEY, n INT UNSIGNED NOT NULL, s VARCHAR(20), e ENUM('x', 'y'))", database);
        string definition = $"USE {database}; "
            + Server.Query("SHOW CREATE TABLE t", database)[0][1].Replace("\\n", "\n", StringComparison.Ordinal) + ";";
        Server.FlushLogs();
        Server.Sql("INSERT INTO t VALUES " + string.Join(',', Enumerable.Range(1, RowCount).Select(
            i => $"({i}, {3_000_000_000 + i}, 's{i}', '{(i % 2 == 0 ? 'x' : 'y')}')")), database);
        var random = new Random(1);
        var moments = new List<(long Position, Dictionary<int, string> Rows)>();
        foreach ((string table, string statement) in Alters)
        {
            Touch(database, table, random, beginsFull);
            Touch(database, table, random, endsFull);
            Server.Sql(statement, database);
            moments.Add((Server.Position().Offset, Rows(database)));
        }

        string log = Server.FlushLogs();
        new CatalogWriter(log, Stop) { StretchLength = 300, SmallestLength = 1 << 20 }.Write(null, out _);
        foreach (string? schema in (string?[])[null, definition])
        {
            // What the table is like is known from the end, or from the beginning.
            var catalogs = new LogCatalogs(null, Assert.Fail);
            for (int key = 1; key <= RowCount; key++)
            {
                List<RowVersion> Read(LogCatalogs? known) => new HistoryReading(Server)
                {
                    IsLive = schema == null,
                    Logs = [log],
                    Schema = schema == null ? null : SchemaCatalog.Parse(schema),
                    Catalogs = known,
                }.Read($"{database}.t", key);
                List<RowVersion> all = Read(null);
                Assert.Equal(all.Select(Show), Read(catalogs).Select(Show));
                foreach ((long position, Dictionary<int, string> rows) in moments)
                {
                    RowVersion then = all.Last(v => v.FromPosition == null || v.FromPosition < position);
                    if (then.IsExact)
                        Assert.Equal((key, position, rows[key]), (key, position, Text(then.Value)));
                }
            }

            Assert.NotEmpty(catalogs.TakePassed().ToList());
        }
    }

    private void Touch(string database, string table, Random random, bool isFull)
    {
        string[] updates = [.. Enumerable.Range(0, 2)
            .Select(_ => $"UPDATE {table} SET n = n + 1 WHERE id = {random.Next(1, TouchedCount)};")];
        using GlobalSetting? less = isFull || !Server.Flavour.HasRowMetadata ? null
            : new GlobalSetting(Server, "binlog_row_metadata", Server.Flavour.IsMariaDb ? "NO_LOG" : "MINIMAL");
        Server.Sql(string.Join('\n', updates), database);
    }

    private Dictionary<int, string> Rows(string database)
    {
        string table = Server.Query("SHOW TABLES", database)[0][0];
        string[] columns = [.. Server.Query($"SHOW COLUMNS FROM {table}", database).Select(c => c[0])];
        return Server.Query($"SELECT * FROM {table}", database).ToDictionary(
            r => int.Parse(r[0], CultureInfo.InvariantCulture), r => Text(columns.Zip(r, (name, value) => (name, value))));
    }

    private static string Text(IDictionary? row) => Text((row ?? new Hashtable()).Cast<DictionaryEntry>().Select(
        e => ((string)e.Key, Convert.ToString(e.Value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "NULL")));

    private static string Text(IEnumerable<(string Name, string Value)> row) =>
        string.Join(' ', row.OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => $"{c.Name}={c.Value}"));

    private static string Show(RowVersion v) => string.Create(
        CultureInfo.InvariantCulture, $"{v.Operation} {v.Table} {v.FromPosition} {v.ValidFrom:u} {v.ValidTo:u} {Text(v.Key)} "
            + $"{string.Join(',', v.ChangedColumn)} {Text(v.Value)} {v.Statement} {v.IsExact} {v.Reason}");
}

[Collection<MySqlServers>]
public sealed class MySqlAlteredHistoryTests(MySqlFixture fixture) : AlteredHistoryTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57AlteredHistoryTests(MySql57Fixture fixture) : AlteredHistoryTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56AlteredHistoryTests(MySql56Fixture fixture) : AlteredHistoryTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbAlteredHistoryTests(MariaDbFixture fixture) : AlteredHistoryTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118AlteredHistoryTests(MariaDb118Fixture fixture) : AlteredHistoryTests(fixture);
