using MySqlRecovery.Changes;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

public sealed class SweptEventsTests
{
    [Theory]
    [InlineData("DELETE FROM t", true)]
    [InlineData("delete from `db`.`t` where a = 'LIMIT 1' /* LIMIT */", true)]
    [InlineData("UPDATE t SET a = 1 ORDER BY b", true)]
    [InlineData("DELETE t FROM t JOIN u ON t.a = u.a", true)]
    [InlineData("DELETE FROM t LIMIT 1", false)]
    [InlineData("DELETE FROM t WHERE a = 1 limit 5", false)]
    [InlineData("DELETE FROM t WHERE RAND() < 0.5", false)]
    [InlineData("UPDATE t SET a = (@n := @n + 1)", false)]
    [InlineData("DELETE FROM other", false)]
    [InlineData("CALL tidy_t()", false)]
    [InlineData("REPLACE INTO t VALUES (1)", false)]
    [InlineData("DELETE FROM t WHERE a = 'torn", false)]
    public void A_statement_takes_all_equal_rows_unless_it_may_choose_among_them(string statement, bool isSweeping) =>
        Assert.Equal(isSweeping, SweptEvents.IsSweeping(statement, "t"));
}
