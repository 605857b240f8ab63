using MySqlRecovery.Binlog.Filter;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Filter;

public class TableFilterTests
{
    [Theory]
    [InlineData("my.db.t", "my.db", "t", true)]
    [InlineData("my.db.t", "my", "db.t", true)]
    [InlineData("my.db.t", "x", "my.db.t", true)]
    [InlineData("my.db.t", "my.db", "u", false)]
    [InlineData("my.*.t", "my.db", "t", true)]
    [InlineData("t", "my.db", "t", true)]
    [InlineData("a.b", "a", "b", true)]
    [InlineData("a.b", "b", "a", false)]
    public void A_dot_may_part_database_and_table_or_be_of_either_name(string pattern, string database, string table, bool isMatch)
    {
        var filter = new TableFilter([], [], [pattern], []);

        Assert.Equal(isMatch, filter.IsMatch(database, table));
        Assert.Equal(!isMatch, new TableFilter([], [], [], [pattern]).IsMatch(database, table));
    }

    [Theory]
    [InlineData("p.t", "p", true)]
    [InlineData("p.t", "other", false)]
    [InlineData("t", "other", false)]
    [InlineData("my.db.t", "my.db", true)]
    public void A_database_is_asked_for_by_its_name(string pattern, string database, bool isNamed) =>
        Assert.Equal(isNamed, new TableFilter([], [], [pattern], []).NamesDatabase(database));

    [Fact]
    public void Where_no_table_is_named_those_of_every_database_are_asked_for()
    {
        Assert.True(new TableFilter([], [], [], ["u"]).NamesDatabase("d"));
        Assert.False(new TableFilter([], ["d"], [], ["u"]).NamesDatabase("d"));
    }
}
