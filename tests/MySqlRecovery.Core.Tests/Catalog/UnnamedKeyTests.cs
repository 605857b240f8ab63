using System.Collections;
using System.Globalization;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Catalog;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Catalog;

/// <summary>Keys in catalogs of logs that do not say which columns are the key, as servers write them by default.</summary>
public sealed class UnnamedKeyTests : IDisposable
{
    private readonly RandomLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_random_filter_lets_the_same_through_with_a_catalog(int seed)
    {
        var random = new Random(seed);
        var logs = CatalogedLogs.Make(_logs, seed, random, MetadataOf(seed));
        for (int i = 0; i < 30; i++)
        {
            string? schema = random.Next(2) == 0 ? RandomLog.Schema : null;
            bool byNumber = schema == null && random.Next(3) > 0;
            int filterSeed = random.Next();
            logs.AssertSame(r => r.Events(RandomLogs.Filter(new Random(filterSeed), logs.Log, byNumber)), schema);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_versions_of_a_row_are_the_same_with_a_catalog(int seed)
    {
        var random = new Random(seed);
        var logs = CatalogedLogs.Make(_logs, seed, random, MetadataOf(seed));
        for (int i = 0; i < 12; i++)
        {
            (string table, object key) = random.Next(3) switch
            {
                0 => ("orders", random.Next(-6, 65)),
                1 => ("names", RandomLog.NameOf(random.Next(45)).ToUpperInvariant()),
                _ => ("pairs", (object)new Hashtable { ["ID"] = random.Next(60), ["v"] = random.Next(5) }),
            };
            logs.AssertSame(r => r.History(new TableName("d", table), key), RandomLog.Schema);
        }
    }

    [Theory]
    [InlineData((int)LoggedMetadata.None)]
    [InlineData((int)LoggedMetadata.Minimal)]
    public void Most_of_the_logs_is_not_read_for_one_key(int metadata)
    {
        string log = Path.Combine(_logs.Folder, "binlog.000001");
        File.WriteAllBytes(log, new RandomLog(7, 200, hasStatements: false, (LoggedMetadata)metadata).Bytes);
        new CatalogWriter(log, default) { StretchLength = 1000, SmallestLength = 100_000 }.Write(null, out _);
        Check(catalogs => new CatalogReading([log], catalogs, schema: RandomLog.Schema).History(new TableName("d", "orders"), 1_000_000));
        Check(catalogs => new CatalogReading([log], catalogs, schema: RandomLog.Schema)
            .History(new TableName("d", "pairs"), new Hashtable { ["id"] = 1_000_000, ["v"] = 1 }));
        Check(catalogs => new CatalogReading([log], catalogs).History(new TableName("d", "orders"), new Hashtable { ["@1"] = 1_000_000 }));
        Check(catalogs => [.. new CatalogReading([log], catalogs).Events(new EventFilter
        {
            Where = new RowPredicate(new Hashtable { ["@1"] = 1_000_000 }),
            Tables = new TableFilter([], [], ["d.orders", "d.plain"], []),
        }).Where(l => !l.StartsWith("No ", StringComparison.Ordinal))]);

        void Check(Func<LogCatalogs?, List<string>> read)
        {
            var catalogs = new LogCatalogs(null, Assert.Fail);
            Assert.Equal(read(null), read(catalogs));
            string passed = Assert.Single(catalogs.TakePassed());
            long bytes = long.Parse(passed.Split(' ')[2], CultureInfo.InvariantCulture);
            Assert.True(bytes > new FileInfo(log).Length * (metadata == 0 ? 5 : 9) / 10, passed);
        }
    }

    [Fact]
    public void A_first_column_that_becomes_another_one_is_not_taken_for_the_key()
    {
        var log = new SmallLog();
        for (int i = 0; i < 60; i++)
        {
            bool isMoved = i >= 30;
            byte table = (byte)(isMoved ? 2 : 1);
            if (i == 30)
                log.AddStatement("ALTER TABLE t MODIFY v INT NOT NULL FIRST");
            log.AddBegin();
            log.Add(BinlogEventType.TableMap, [
                table, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, 1, (byte)'t', 0,
                2, (byte)ColumnType.Long, (byte)ColumnType.Long, 0, 0, 1, 1, 0]);
            int id = 100 + i % 10, value = 1000 + i;
            log.AddRows(
                BinlogEventType.UpdateRowsV1, table, isMoved ? [value - 1, id] : [id, value - 1], isMoved ? [value, id] : [id, value]);
            log.AddCommit();
        }

        string path = log.WriteTo(_logs.Folder);
        new CatalogWriter(path, default) { StretchLength = 1, SmallestLength = 100_000 }.Write(null, out _);
        const string schema = "USE d; CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL);";
        var catalogs = new LogCatalogs(null, Assert.Fail);
        foreach (int key in (int[])[103, 1003, 1033, 109, 5])
        {
            List<string> all = new CatalogReading([path], null, schema: schema).History(new TableName("d", "t"), key);
            Assert.Equal(all, new CatalogReading([path], catalogs, schema: schema).History(new TableName("d", "t"), key));
            Assert.Equal(key is > 100 and < 110, all.Count > 3);
        }

        Assert.NotEmpty(catalogs.TakePassed());
        foreach ((string column, int value, int count) in new[] { ("id", 103, 6), ("v", 1033, 2), ("v", 1003, 2), ("id", 1033, 0) })
        {
            EventFilter Filter() => new() { Where = new RowPredicate(new Hashtable { [column] = value }) };
            List<string> rows = new CatalogReading([path], null, schema: schema).Events(Filter());
            Assert.Equal(rows, new CatalogReading([path], catalogs, schema: schema).Events(Filter()));
            Assert.Equal((column, value, count), (column, value, rows.Count(r => r.Contains(" UpdateRowsV1 ", StringComparison.Ordinal))));
        }

        Assert.NotEmpty(catalogs.TakePassed());
    }

    [Fact]
    public void Integers_of_which_the_log_does_not_say_whether_they_have_a_sign_are_found_whichever_it_is()
    {
        var log = new SmallLog();
        foreach (uint id in (uint[])[5, 3_000_000_000, uint.MaxValue])
        {
            log.AddBegin();
            log.Add(BinlogEventType.TableMap, [
                1, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 1, (byte)ColumnType.Long, 0, 0]);
            log.AddInsert(BitConverter.GetBytes(id)).AddCommit();
        }

        string path = log.WriteTo(_logs.Folder);
        new CatalogWriter(path, default) { StretchLength = 1, SmallestLength = 100_000 }.Write(null, out _);
        var catalogs = new LogCatalogs(null, Assert.Fail);
        (string Type, object Key)[] keys =
            [("INT UNSIGNED", 3_000_000_000), ("INT UNSIGNED", uint.MaxValue), ("INT", -1), ("INT", -1_294_967_296), ("INT", 5)];
        foreach ((string type, object key) in keys)
        {
            string schema = $"USE d; CREATE TABLE t (id {type} PRIMARY KEY);";
            string line = Assert.Single(new CatalogReading([path], catalogs, schema: schema).History(new TableName("d", "t"), key));
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"id={key} "), line);
        }
    }

    private static LoggedMetadata MetadataOf(int seed) => seed % 2 == 0 ? LoggedMetadata.Minimal : LoggedMetadata.None;
}
