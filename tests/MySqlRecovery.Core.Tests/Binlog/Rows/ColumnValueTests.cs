using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Rows;

public class ColumnValueTests
{
    private const byte Blob = 252, Geometry = 255, String = 254, ColumnCharset = 3;

    [Fact]
    public void MariaDB_counts_geometry_among_the_columns_with_a_character_set_and_MySQL_does_not()
    {
        byte[] columns = [3, Geometry, Blob, Blob, 3, 4, 2, 2, 7];

        TableMap mariaDb = Map([.. columns, ColumnCharset, 3, 63, 8, 33], isMariaDb: true);
        TableMap mySql = Map([.. columns, ColumnCharset, 2, 8, 33], isMariaDb: false);

        Assert.Equal(["latin1", "utf8mb3"], mariaDb.Columns[1..].Select(c => c.CharacterSet!.Name));
        Assert.Equal(["latin1", "utf8mb3"], mySql.Columns[1..].Select(c => c.CharacterSet!.Name));
    }

    [Theory]
    [InlineData(248, new[] { "", "a" }, 0, "0")]
    [InlineData(248, new[] { "", "a" }, 1, "1")]
    [InlineData(248, new[] { "", "a" }, 3, "3")]
    [InlineData(248, new[] { "b", "a" }, 0, "''")]
    [InlineData(248, new[] { "b", "a" }, 3, "'b,a'")]
    [InlineData(247, new[] { "", "a" }, 0, "0")]
    [InlineData(247, new[] { "", "a" }, 1, "1")]
    [InlineData(247, new[] { "b", "a" }, 2, "'a'")]
    public void A_member_that_is_empty_has_all_values_written_as_numbers(byte type, string[] members, byte value, string expected)
    {
        ColumnDefinition column = Map([1, String, 2, type, 1, 1]).Columns[0];
        column.Members = members;
        using var sql = new TextBuffer();

        SqlLiteral.Write(column, [value], sql);

        Assert.Equal(expected, sql.ToString());
    }

    [Theory]
    [InlineData("UUID", "00112233445566778899AABBCCDDEEFF", "00112233-4455-6677-8899-aabbccddeeff")]
    [InlineData("INET6", "20010DB8000000000000000000000001", "2001:db8::1")]
    [InlineData("INET6", "20010DB8", "2001:db8::")]
    [InlineData("INET4", "0A000001", "10.0.0.1")]
    public void Bytes_that_MariaDB_shows_as_text_are_text_where_the_schema_says_so(string type, string stored, string expected)
    {
        byte length = (byte)(type == "INET4" ? 4 : 16);
        TableMap map = Map([1, String, 2, String, length, 1]);
        new LogSchema(SchemaCatalog.Parse($"CREATE TABLE d.t (a {type})")).Complete(map);

        Assert.Equal(expected, ColumnValue.Decode(map.Columns[0], Convert.FromHexString(stored)));
    }

    private static TableMap Map(byte[] columns, bool isMariaDb = false) => TableMap.Parse(
        [.. new byte[EventHeader.Size], 1, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, .. columns], isMariaDb: isMariaDb);
}
