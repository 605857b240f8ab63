using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

public sealed class PickOfTests
{
    [Fact]
    public void A_sum_of_a_table_stands_for_no_other_whose_joined_name_is_the_same()
    {
        var sum = new BinlogSummary { By = BinlogSummaryKind.Table, Database = "a.b", Table = "c", LogFile = "binlog.000001" };

        PickedTables tables = PickOf.Sum(sum).Tables!;

        Assert.True(tables.Contains(new TableName("a.b", "c")));
        Assert.False(tables.Contains(new TableName("a", "b.c")));
        Assert.Equal([new TableName("a.b", "c")], tables.Names);
    }

    [Theory]
    [InlineData("a.b", "c", "a", "b.c")]
    [InlineData("a", "b, c.d", "a", "b")]
    [InlineData("a`", "b", "a", "`b")]
    public void Lists_keep_tables_apart_whose_joined_names_are_the_same(string database, string table, string other, string otherTable)
    {
        var (one, two, plain) = (new TableName(database, table), new TableName(other, otherTable), new TableName("shop", "orders"));
        string list = $"{one.Listed}, {plain.Listed}";
        var sum = new BinlogSummary { By = BinlogSummaryKind.Transaction, Table = list, LogFile = "binlog.000001", RowCount = 1 };
        var incident = new Incident { Table = [one.Listed, plain.Listed], LogFile = "binlog.000001", DeleteCount = 1 };

        foreach (PickedTables tables in new[] { PickOf.Sum(sum).Tables!, PickOf.Incident(incident).Tables! })
        {
            Assert.Equal([one, plain], tables.Names);
            Assert.True(tables.Contains(one) && tables.Contains(plain));
            Assert.False(tables.Contains(two));
        }

        Assert.EndsWith("shop.orders", list, StringComparison.Ordinal);
    }
}
