using System.Text;
using MySqlRecovery.Consistency.Data;
using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Consistency.Servers;
using Xunit;

namespace MySqlRecovery.Core.Tests.Consistency;

/// <summary>How values are asked for and written, where the two servers' columns differ and where they do not.</summary>
public sealed class ValueFormTests
{
    [Theory]
    [InlineData("decimal(10,2)", "decimal(12,4)", "CAST(`c` AS DECIMAL(65,4))", "CAST(`c` AS DECIMAL(65,4))")]
    [InlineData("decimal(10,2)", "decimal(12,2)", "`c`", "`c`")]
    [InlineData("int(11)", "decimal(12,2)", "CAST(`c` AS DECIMAL(65,2))", "CAST(`c` AS DECIMAL(65,2))")]
    [InlineData("int(11)", "bigint(20) unsigned", "`c`", "`c`")]
    [InlineData("bit(8)", "int(11)", "(`c`+0)", "`c`")]
    [InlineData("datetime", "datetime(6)", "CAST(`c` AS DATETIME(6))", "CAST(`c` AS DATETIME(6))")]
    [InlineData("datetime(3)", "timestamp(3)", "`c`", "`c`")]
    [InlineData("date", "datetime", "CAST(`c` AS DATETIME(6))", "CAST(`c` AS DATETIME(6))")]
    [InlineData("time", "time(2)", "CAST(`c` AS TIME(6))", "CAST(`c` AS TIME(6))")]
    [InlineData("time", "datetime", "CAST(`c` AS CHAR)", "CAST(`c` AS CHAR)")]
    [InlineData("float", "double", "(`c`*1e0)", "`c`")]
    [InlineData("int(11)", "varchar(20)", "LENGTH(CONVERT(CAST(`c` AS CHAR) USING utf8mb4)),CONVERT(CAST(`c` AS CHAR) USING utf8mb4)",
        "LENGTH(CONVERT(`c` USING utf8mb4)),CONVERT(`c` USING utf8mb4)")]
    [InlineData("enum('a')", "varchar(20)", "LENGTH(CONVERT(`c` USING utf8mb4)),CONVERT(`c` USING utf8mb4)",
        "LENGTH(CONVERT(`c` USING utf8mb4)),CONVERT(`c` USING utf8mb4)")]
    [InlineData("varchar(20)", "text", "SHA2(`c`,256)", "SHA2(`c`,256)")]
    [InlineData("varchar(20)", "blob", "SHA2(CAST(`c` AS BINARY),256)", "SHA2(`c`,256)")]
    public void Columns_of_two_types_are_asked_for_in_one_form(string source, string replica, string sourceText, string replicaText)
    {
        ComparedColumn column = Column(source, replica);
        Assert.Equal((sourceText, replicaText), (column.Source.RowText(fast: false), column.Replica.RowText(fast: false)));
    }

    [Theory]
    [InlineData("utf16", "4E2D", "_utf16 X'4E2D'")]
    [InlineData("ucs2", "4E2D", "_ucs2 X'4E2D'")]
    [InlineData("utf32", "00004E2D", "_utf32 X'00004E2D'")]
    [InlineData("swe7", "5B", "_swe7 X'5B'")]
    [InlineData("sjis", "41", "_sjis X'41'")]
    [InlineData("latin1", "4E2D", "'N-'")]
    [InlineData("latin1", "E9", "_latin1 X'E9'")]
    [InlineData("utf8mb4", "C3A9", "'\u00e9'")]
    [InlineData("utf8mb4", "5C", "_utf8mb4 X'5C'")]
    public void Text_is_quoted_only_where_its_bytes_are_ascii(string characterSet, string bytes, string literal) =>
        Assert.Equal(literal, Column("varchar(20)", "varchar(20)", characterSet).Replica.Literal(Convert.FromHexString(bytes)));

    [Theory]
    [InlineData("int(11)", "3000000000", typeof(long))]
    [InlineData("int(11)", "7", typeof(int))]
    [InlineData("int(11)", "1.50", typeof(string))]
    [InlineData("bigint(20) unsigned", "18446744073709551615", typeof(ulong))]
    [InlineData("tinyint(4)", "300", typeof(long))]
    [InlineData("time", "nonsense", typeof(string))]
    [InlineData("float", "x", typeof(string))]
    public void A_value_that_its_type_does_not_hold_is_no_exception(string type, string text, Type expected) =>
        Assert.IsType(expected, Column(type, type).Source.ToObject(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData("1", "1.0", true)]
    [InlineData("""{"a": 1.0, "bb": "\u00e9/"}""", """{"bb":"\u00c3\u00a9/","a":1}""", false)]
    [InlineData("""{"bb": "\/", "a": [1e2, -0.0]}""", """{"a": [100.0, 0], "bb": "/"}""", true)]
    [InlineData("1.50", "1.5", true)]
    [InlineData("123456789012345678901234567890.1", "123456789012345678901234567890.2", false)]
    [InlineData("9223372036854775807", "9223372036854775806", false)]
    [InlineData("1e16", "10000000000000000", true)]
    [InlineData("1e-7", "0.0000001", true)]
    [InlineData("\"1\"", "1", false)]
    [InlineData("[1, 2]", "[2, 1]", false)]
    [InlineData("null", "false", false)]
    public void Json_documents_are_equal_by_value(string a, string b, bool areEqual) =>
        Assert.Equal(areEqual,
            JsonText.Normalize(Encoding.UTF8.GetBytes(a)).AsSpan().SequenceEqual(JsonText.Normalize(Encoding.UTF8.GetBytes(b))));

    private static ComparedColumn Column(string source, string replica, string? characterSet = null)
    {
        using ComparedServer here = AnswersByHeart.Open("db1", "8.4.3", ""), there = AnswersByHeart.Open("db2", "8.4.3", "");
        return new ComparedColumn(Live(source, characterSet), here, Live(replica, characterSet), there);
    }

    private static LiveColumn Live(string type, string? characterSet)
    {
        string dataType = new([.. type.TakeWhile(char.IsAsciiLetter)]);
        bool isText = dataType is "varchar" or "text" or "enum";
        return new LiveColumn
        {
            Name = "c",
            DataType = dataType,
            ColumnType = type,
            CharacterSet = isText ? characterSet ?? "latin1" : null
        };
    }
}
