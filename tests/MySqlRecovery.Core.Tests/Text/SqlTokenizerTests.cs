using MySqlRecovery.Model;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Text;

public class SqlTokenizerTests
{
    [Theory]
    [InlineData("a.`b c`.\"d\"", "Word:a Symbol:. QuotedName:`b_c` Symbol:. DoubleQuoted:\"d\"")]
    [InlineData("'it''s' 'x\\'y' 'é'", "String:'it''s' String:'x\\'y' String:'é'")]
    [InlineData("1 2.5 .5 1e3 1.5E-7 -1", "Number:1 Number:2.5 Number:.5 Number:1e3 Number:1.5E-7 Symbol:- Number:1")]
    [InlineData("0x1F x'1F' b'01' 0b01 0xZZ", "Literal:0x1F Literal:x'1F' Literal:b'01' Literal:0b01 Word:0xZZ")]
    [InlineData("2024_orders t.2024 _utf8mb4'x' $a", "Word:2024_orders Word:t Symbol:. Word:2024 Word:_utf8mb4 String:'x' Word:$a")]
    [InlineData("a -- b\nc # d\ne /* f */ g--1", "Word:a Word:c Word:e Word:g Symbol:- Symbol:- Number:1")]
    [InlineData("a /*!50100 b */ c /*!d*/ /*M!100100 e*/ /*M!999999\\- f */ g", "Word:a Word:b Word:c Word:d Word:e Word:g")]
    [InlineData("/*!50003 a /* b */ c */ * / d", "Word:a Word:c Symbol:* Symbol:/ Word:d")]
    public void Tokens_are_cut_as_the_servers_cut_them(string text, string expected) =>
        Assert.Equal(expected, Describe(new SqlTokenizer(text)));

    [Fact]
    public void The_delimiter_ends_a_word_but_counts_in_no_string_and_no_versioned_comment() =>
        Assert.Equal(
            "Word:END Delimiter:$$ String:'$$' Word:x Symbol:; Delimiter:$$",
            Describe(new SqlTokenizer("END$$ '$$' /*! x; */$$") { Delimiter = "$$" }));

    [Fact]
    public void The_sql_mode_decides_about_backslashes_and_double_quotes()
    {
        Assert.Equal("String:'a\\' Word:b", Describe(new SqlTokenizer("'a\\' b", SqlModes.NoBackslashEscapes)));
        Assert.Equal("QuotedName:\"a\\\" Word:b", Describe(new SqlTokenizer("\"a\\\" b", SqlModes.AnsiQuotes)));
    }

    [Theory]
    [InlineData("a\nb 'c", 2)]
    [InlineData("\n\n`c", 3)]
    [InlineData("'c\\", 1)]
    [InlineData("/* c", 1)]
    [InlineData("/*!50100 c\n", 2)]
    public void What_has_no_end_is_reported_with_its_line(string text, int line)
    {
        var exception = Assert.Throws<RecoveryException>(() => Describe(new SqlTokenizer(text, SqlModes.None, "x.sql")));
        Assert.Equal("SchemaNotUnderstood", exception.ErrorId);
        Assert.StartsWith($"x.sql: line {line}: ", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'it''s'", "it's")]
    [InlineData("\"a\"\"b'\"", "a\"b'")]
    [InlineData("'\\0\\n\\t\\\\\\%\\Z\\q\\''", "\0\n\t\\\\%\u001Aq'")]
    public void Strings_lose_their_quotes_and_escapes(string quoted, string value) =>
        Assert.Equal(value, SqlQuoting.String(quoted, escapes: true));

    private static string Describe(SqlTokenizer tokenizer)
    {
        var tokens = new List<string>();
        for (SqlToken token = tokenizer.Next(); token.Kind != SqlTokenKind.End; token = tokenizer.Next())
            tokens.Add($"{token.Kind}:{tokenizer.Text[token.Start..token.End].Replace(' ', '_')}");
        return string.Join(' ', tokens);
    }
}
