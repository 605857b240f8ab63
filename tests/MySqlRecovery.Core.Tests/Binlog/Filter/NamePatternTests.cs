using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Filter;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("orders", "Orders", true)]
    [InlineData("orders", "order", false)]
    [InlineData("*", "", true)]
    [InlineData("or*s", "orders", true)]
    [InlineData("or*s", "ors", true)]
    [InlineData("*a*b*c", "xxaxbbxc", true)]
    [InlineData("*a*b*c", "xxaxbbx", false)]
    [InlineData("?", "", false)]
    [InlineData("t?", "t1", true)]
    [InlineData("t[1-3x]", "tX", true)]
    [InlineData("t[1-3x]", "t4", false)]
    [InlineData("t`*", "t*", true)]
    [InlineData("t`*", "tx", false)]
    [InlineData("t[", "t[", true)]
    [InlineData("ünï", "ÜNÏ", true)]
    public void A_name_is_matched_as_powershell_does(string pattern, string name, bool expected) =>
        Assert.Equal(expected, new NamePattern(pattern).IsMatch(name));

    [Fact]
    public void Many_stars_take_no_time() =>
        Assert.False(new NamePattern(string.Concat(Enumerable.Repeat("*a", 30)) + "b").IsMatch(new string('a', 5000)));

    [Theory]
    [InlineData("shop.orders", "shop", "orders", true)]
    [InlineData("shop.orders", "mall", "orders", false)]
    [InlineData("s*.o*", "shop", "orders", true)]
    [InlineData("x.y", "shop", "x.y", true)]
    [InlineData("my.shop.orders", "my.shop", "orders", true)]
    [InlineData("my.shop.orders", "my", "shop.orders", true)]
    [InlineData("my.shop.orders", "my", "shop", false)]
    [InlineData("my.s*.o*", "my.shop", "orders", true)]
    public void A_dot_parts_database_and_table_or_belongs_to_the_name(string pattern, string database, string table, bool expected) =>
        Assert.Equal(expected, new TableFilter([], [], [pattern], []).IsMatch(database, table));

    [Fact]
    public void Tables_that_are_known_are_taken_by_database_and_name()
    {
        TableFilter only = TableFilter.Only([new TableName("a.b", "c*"), new TableName("x", "y")]);

        Assert.True(only.IsMatch("A.b", "C*"));
        Assert.True(only.IsMatch("x", "y"));
        Assert.False(only.IsMatch("a", "b.c*"));
        Assert.False(only.IsMatch("a.b", "cd"));
        Assert.False(only.IsMatch("z", "x.y"));
    }
}
