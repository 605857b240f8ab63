using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Text;

public sealed class SqlDigestTests
{
    [Theory]
    [InlineData("DELETE FROM `orders` WHERE id = 7", "delete from orders where id = ?")]
    [InlineData("delete  from orders\nwhere id=9 -- by hand", "delete from orders where id = ?")]
    [InlineData("UPDATE shop.orders SET price = -1.5, note = 'it''s', flag = NULL", "update shop.orders set price = ?, note = ?, flag = ?")]
    [InlineData("INSERT INTO t VALUES (1, 'a', NULL), (2, x'FF', 0x1F)", "insert into t values (...)")]
    [InlineData("SELECT a FROM t WHERE b IN (1,2,3) AND c IS NULL", "select a from t where b in (...) and c is null")]
    [InlineData("DELETE FROM t WHERE id <> 4 AND n >= 3 - 1", "delete from t where id <> ? and n >= ? - ?")]
    [InlineData("/* app */ DELETE FROM t WHERE d BETWEEN '2026-01-01' AND -5", "delete from t where d between ? and ?")]
    [InlineData("SET @a = 1", "set @a = ?")]
    public void Leaves_values_out(string statement, string digest) => Assert.Equal(digest, SqlDigest.Of(statement));

    [Fact]
    public void Gives_what_it_cannot_read_in_one_line() =>
        Assert.Equal("DELETE FROM t WHERE a = 'x y", SqlDigest.Of("DELETE FROM t\nWHERE a = 'x y"));

    [Fact]
    public void Is_never_longer_than_a_line_of_a_log() =>
        Assert.Equal(1024, SqlDigest.Of($"SELECT {string.Join(" + ", Enumerable.Repeat("a", 2000))}").Length);
}
