using System.Text;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Output.Sql;

public sealed class SqlLiteralTests
{
    private const int LongestText = 50;

    [Theory]
    [InlineData('\\')]
    [InlineData('\0')]
    [InlineData('\r')]
    [InlineData('\x1F')]
    [InlineData('\x7F')]
    public void Text_with_a_character_that_a_client_may_change_is_hexadecimal_wherever_it_is(char special) => ForEveryPlace(
        special, text => $"_utf8mb4 X'{Convert.ToHexString(Encoding.UTF8.GetBytes(text))}'");

    [Theory]
    [InlineData('\n')]
    [InlineData('\t')]
    [InlineData(' ')]
    [InlineData('~')]
    [InlineData('é')]
    public void Plain_text_is_quoted_as_it_is(char plain) => ForEveryPlace(plain, text => $"'{text}'");

    [Fact]
    public void Quotes_are_doubled_wherever_they_are() => ForEveryPlace('\'', text => $"'{text.Replace("'", "''")}'");

    private static void ForEveryPlace(char character, Func<string, string> expected)
    {
        using var sql = new TextBuffer();
        for (int length = 1; length <= LongestText; length++)
        {
            for (int at = 0; at < length; at++)
            {
                string text = $"{new string('a', at)}{character}{new string('z', length - at - 1)}";
                sql.Clear();
                SqlLiteral.WriteUtf8(Encoding.UTF8.GetBytes(text), sql);
                Assert.Equal(expected(text), sql.ToString());
            }
        }
    }
}
