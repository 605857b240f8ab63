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
}
