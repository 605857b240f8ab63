using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Consistency.Schema;

/// <summary>Two definitions of a table, told apart by what they mean.</summary>
public sealed class TableComparisonTests
{
    [Theory]
    [InlineData("int(11)", "int")]
    [InlineData("int(10) unsigned zerofill", "int unsigned")]
    [InlineData("bigint(20)", "BIGINT")]
    public void The_display_width_of_an_integer_is_no_difference(string source, string replica) =>
        Assert.Empty(Compare(Table(Column("id", source)), Table(Column("id", replica))));

    [Theory]
    [InlineData("int", "int unsigned", "type of column c is int on the source and int unsigned on the replica")]
    [InlineData("int", "bigint", "type of column c is int on the source and bigint on the replica")]
    [InlineData("varchar(10)", "varchar(20)", "type of column c is varchar(10) on the source and varchar(20) on the replica")]
    public void Another_type_is_an_error(string source, string replica, string evidence) =>
        Assert.Equal([("Error", "column c", evidence)], Compare(Table(Column("c", source)), Table(Column("c", replica))));

    [Fact]
    public void A_column_that_one_side_lacks_is_an_error()
    {
        LiveTable one = Table(Column("id", "int")), two = Table(Column("id", "int"), Column("x", "int"));
        Assert.Equal([("Error", "column x", "the source has column x int, and the replica does not")], Compare(two, one));
        Assert.Equal([("Error", "column x", "the replica has a column x int, and the source does not")], Compare(one, two));
    }

    [Fact]
    public void Another_order_of_columns_puts_values_into_the_wrong_ones()
    {
        LiveTable source = Table(Column("a", "int"), Column("b", "int")), replica = Table(Column("B", "int"), Column("A", "int"));
        (string severity, string key, string evidence) = Assert.Single(Compare(source, replica));
        Assert.Equal(("Error", "column order"), (severity, key));
        Assert.EndsWith("row events put values into the wrong columns", evidence);
    }

    [Fact]
    public void Defaults_are_compared_as_each_server_writes_them()
    {
        LiveColumn text = Column("c", "varchar(9)"), time = Column("t", "datetime");
        LiveTable source = Table(text with { Default = "it's" }, time with { Default = "CURRENT_TIMESTAMP" });
        LiveTable replica = Table(text with { Default = "'it''s'" }, time with { Default = "current_timestamp()" });
        Assert.Empty(Compare(source, replica, "10.11.6-MariaDB"));
        Assert.Equal(["Warning"], Compare(source, replica).Select(f => f.Severity).Distinct());
    }

    [Fact]
    public void Keys_are_compared_by_their_columns()
    {
        LiveTable source = Table(Column("id", "int")), replica = Table(Column("id", "int"));
        source.Keys.Add(new LiveKey { Name = "PRIMARY", IsUnique = true, Parts = [new LiveKeyPart("id", null, null)] });
        source.Keys.Add(new LiveKey { Name = "k", Parts = [new LiveKeyPart("id", null, null)] });
        replica.Keys.Add(new LiveKey { Name = "k", Parts = [new LiveKeyPart("id", "3", null)] });
        Assert.Equal(
            [("Warning", "key k", "key k is KEY (id) on the source and KEY (id(3)) on the replica"),
                ("Error", "key PRIMARY", "key PRIMARY is PRIMARY KEY (id) on the source and missing on the replica")],
            Compare(source, replica));
    }

    [Fact]
    public void What_a_table_is_kept_in_is_compared_too()
    {
        LiveTable source = Table() with { Engine = "InnoDB", RowFormat = "Dynamic", Collation = "utf8mb4_bin" };
        LiveTable replica = Table() with { Engine = "MyISAM", RowFormat = "Compact", Collation = "utf8mb4_general_ci" };
        Assert.Equal(
            [("Warning", "engine"), ("Info", "row format"), ("Warning", "collation")],
            Compare(source, replica).Select(f => (f.Severity, f.Key)));
    }

    private static LiveColumn Column(string name, string type) =>
        new() { Name = name, ColumnType = type, DataType = type.Split('(', ' ')[0].ToLowerInvariant() };

    private static LiveTable Table(params LiveColumn[] columns)
    {
        var table = new LiveTable { Name = new TableName("d", "t") };
        table.Columns.AddRange(columns);
        return table;
    }

    private static (string Severity, string Key, string Evidence)[] Compare(LiveTable source, LiveTable replica,
        string replicaVersion = "8.0.36")
    {
        using ComparedServer one = AnswersByHeart.Open("db1", "8.0.36", ""), two = AnswersByHeart.Open("db2", replicaVersion, "");
        return [.. new TableComparison(new ServerPair(one, two), source, replica).Run()
            .Select(f => (f.Severity.ToString(), f.Key!, Assert.Single(f.Evidence)))];
    }
}
