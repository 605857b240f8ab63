using System.Collections;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Text;

public sealed class TableNameTests
{
    [Theory]
    [InlineData("shop.orders", "shop", "orders")]
    [InlineData("a.b.c", "a", "b.c")]
    [InlineData("`a.b`.`c`", "a.b", "c")]
    [InlineData("`a`.`b.c`", "a", "b.c")]
    [InlineData("`a``b`.`c``.`", "a`b", "c`.")]
    public void A_name_is_read_with_its_database(string text, string database, string table) =>
        Assert.Equal(new TableName(database, table), TableName.Parse(text));

    [Theory]
    [InlineData("orders")]
    [InlineData(".orders")]
    [InlineData("shop.")]
    [InlineData("``.`c`")]
    [InlineData("`a`.``")]
    [InlineData("`a.b`.c")]
    public void What_does_not_name_both_is_no_name(string text) => Assert.Null(TableName.Parse(text));

    [Fact]
    public void Tables_whose_joined_names_are_alike_are_two()
    {
        TableName one = new("a", "b.c"), other = new("a.b", "c");

        Assert.Equal(one.ToString(), other.ToString());
        Assert.NotEqual(one, other);
        Assert.False(TableName.IgnoreCase.Equals(one, other));
        Assert.Equal(("`a`.`b.c`", "`a.b`.`c`"), (one.Quoted, other.Quoted));
    }

    [Fact]
    public void Reasons_of_two_such_tables_are_counted_apart()
    {
        var obstacles = new ChangeObstacles();
        obstacles.AddRows("a", "b.c", 2, "no key", "log.1", 4);
        obstacles.AddRows("a.b", "c", 3, "no key", "log.1", 90);

        Assert.Equal(["a.b.c: 2 rows from log.1:4 on: no key", "a.b.c: 3 rows from log.1:90 on: no key"], obstacles.ToReasons());
    }

    [Fact]
    public void A_quoted_name_cannot_end_a_statement() =>
        Assert.Equal("`x`.`e``; DROP DATABASE y; --`", new TableName("x", "e`; DROP DATABASE y; --").Quoted);

    [Fact]
    public void A_rename_takes_names_with_dots_in_backquotes_only()
    {
        TableRenames.Parse(new Hashtable { ["`a.b`.`c`"] = "`d.e`.`f`" });

        Assert.Equal(
            "TableMapInvalid",
            Assert.Throws<RecoveryException>(() => TableRenames.Parse(new Hashtable { ["`a.b`.c"] = "d.f" })).ErrorId);
    }
}
