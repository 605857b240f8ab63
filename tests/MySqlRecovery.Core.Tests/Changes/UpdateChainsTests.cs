using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

/// <summary>Updates of the table d.t (id, v), rows of one event each, whose undo has one event for all of them or one for each.</summary>
public sealed class UpdateChainsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("hands on", 2)]
    [InlineData("hands on a value that comes twice", 1)]
    [InlineData("hands on nothing", 1)]
    [InlineData("one row twice", 2)]
    public void Without_a_schema_what_has_each_value_once_may_be_unique(string name, int events) =>
        Assert.Equal(events, Count(Rows(name), schema: null, key: false));

    [Theory]
    [InlineData("hands on", "UNIQUE (id)", 2)]
    [InlineData("hands on", "UNIQUE (v)", 1)]
    [InlineData("hands on", "KEY (id)", 1)]
    [InlineData("hands on", "UNIQUE (id, v)", 1)]
    [InlineData("hands on a pair", "UNIQUE (id, v)", 2)]
    [InlineData("hands on a value that comes twice", "KEY (id)", 1)]
    [InlineData("hands on nothing", "UNIQUE ((id + 1))", 2)]
    public void A_schema_tells_what_is_unique(string name, string key, int events) =>
        Assert.Equal(events, Count(Rows(name), $"CREATE TABLE d.t (id INT NULL, v INT NULL, {key})", key: false));

    [Theory]
    [InlineData("CREATE TABLE d.t (id INT NULL, v INT NULL, KEY (id))", 1)]
    [InlineData("CREATE TABLE d.t (id INT NULL, v INT NULL, UNIQUE (v), UNIQUE ((id * 2)))", 2)]
    [InlineData("CREATE TABLE d.t (id INT NULL, v INT NULL, PRIMARY KEY (id), UNIQUE ((v * 2)))", 1)]
    public void What_an_expression_makes_of_values_is_not_looked_at_so_that_rows_go_one_by_one(string schema, int events) =>
        Assert.Equal(events, Count(Rows("nothing"), schema, key: schema.Contains("PRIMARY", StringComparison.Ordinal)));

    [Fact]
    public void With_a_primary_key_each_row_is_found_by_it() => Assert.Equal(1, Count(Rows("hands on"), schema: null, key: true));

    [Fact]
    public void Only_the_rows_that_are_chosen_are_undone_row_by_row() => Assert.Equal(
        1, Count(Rows("hands on"), schema: null, key: false, new RowPredicate(new Dictionary<string, object?> { ["v"] = 7 })));

    // Before and after in turn.
    private static int?[][] Rows(string name) => name switch
    {
        "hands on" => [[2, 7], [3, 7], [1, 8], [2, 8], [null, 9], [null, 9]],
        "hands on a value that comes twice" => [[2, 7], [3, 7], [1, 8], [2, 8], [2, 9], [3, 9]],
        "hands on a pair" => [[2, 7], [3, 7], [1, 7], [2, 7]],
        "one row twice" => [[1, 7], [1, 8], [1, 8], [1, 9]],
        _ => [[1, 7], [3, 7], [2, 8], [4, 8]],
    };

    private int Count(int?[][] images, string? schema, bool key, RowPredicate? where = null)
    {
        SmallLog log = new SmallLog().AddBegin().AddInts(1, "t", ["id", "v"], key ? [0] : []);
        string path = log.AddRows(BinlogEventType.UpdateRowsV1, 1, images).AddCommit().WriteTo(_folder);
        LogSchema? source = schema == null ? null : new LogSchema(SchemaCatalog.Parse(schema));
        using var scan = new EventScan(
            [LogRange.Whole(path)], new EventFilter { Where = where }, TestContext.Current.CancellationToken, source);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true);
        Assert.Equal(where == null ? images.Length / 2 : 1, index.RowCount);
        return index.Events.Count == index.RowCount && where == null ? 2 : index.Events.Count;
    }
}
