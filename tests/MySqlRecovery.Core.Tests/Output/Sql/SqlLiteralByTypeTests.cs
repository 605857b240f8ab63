using System.Globalization;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Output.Sql;

/// <summary>Bytes of a row as the literal that stores them again.</summary>
public sealed class SqlLiteralByTypeTests
{
    private const int Latin1 = 8, Utf8Mb4 = 45, Binary = 63;

    [Theory]
    [InlineData(nameof(ColumnType.Tiny), "FF", "-1", "255")]
    [InlineData(nameof(ColumnType.Short), "0080", "-32768", "32768")]
    [InlineData(nameof(ColumnType.Int24), "FFFFFF", "-1", "16777215")]
    [InlineData(nameof(ColumnType.Int24), "000080", "-8388608", "8388608")]
    [InlineData(nameof(ColumnType.Long), "00000080", "-2147483648", "2147483648")]
    [InlineData(nameof(ColumnType.LongLong), "FFFFFFFFFFFFFFFF", "-1", "18446744073709551615")]
    [InlineData(nameof(ColumnType.LongLong), "0000000000000080", "-9223372036854775808", "9223372036854775808")]
    public void Integers_have_the_sign_of_their_column(string type, string bytes, string signed, string unsigned)
    {
        Assert.Equal(signed, Literal(Column(Enum.Parse<ColumnType>(type)), bytes));
        ColumnDefinition column = Column(Enum.Parse<ColumnType>(type));
        column.IsUnsigned = true;
        Assert.Equal(unsigned, Literal(column, bytes));
    }

    [Theory]
    [InlineData(nameof(ColumnType.Float), "0000C03F", "1.5e0")]
    [InlineData(nameof(ColumnType.Double), "000000000000F83F", "1.5e0")]
    [InlineData(nameof(ColumnType.Double), "0000000000000080", "-0e0")]
    [InlineData(nameof(ColumnType.Double), "FFFFFFFFFFFFEF7F", "1.7976931348623157e308")]
    [InlineData(nameof(ColumnType.Year), "00", "0")]
    [InlineData(nameof(ColumnType.Year), "7C", "2024")]
    [InlineData(nameof(ColumnType.Bit), "0102", "258")]
    [InlineData(nameof(ColumnType.Date), "5DD00F", "'2024-02-29'")]
    [InlineData(nameof(ColumnType.Date), "000000", "'0000-00-00'")]
    [InlineData(nameof(ColumnType.Geometry), "00FF", "X'00FF'")]
    public void Values_of_other_types_have_one_form(string type, string bytes, string literal) =>
        Assert.Equal(literal, Literal(Column(Enum.Parse<ColumnType>(type)), bytes));

    [Theory]
    [InlineData("807B2D", "123.45")]
    [InlineData("7F84D2", "-123.45")]
    [InlineData("800000", "0.00")]
    public void Decimals_keep_their_scale(string bytes, string literal) =>
        Assert.Equal(literal, Literal(Column(ColumnType.NewDecimal, length: 5, scale: 2), bytes));

    [Theory]
    [InlineData(Utf8Mb4, "C3A9", "'é'")]
    [InlineData(Utf8Mb4, "27", "''''")]
    [InlineData(Utf8Mb4, "5C", "_utf8mb4 X'5C'")]
    [InlineData(Utf8Mb4, "C3", "_utf8mb4 X'C3'")]
    [InlineData(Latin1, "E9", "_latin1 X'E9'")]
    [InlineData(Latin1, "65", "'e'")]
    [InlineData(Binary, "6500", "X'6500'")]
    [InlineData(null, "65", "X'65'")]
    [InlineData(Utf8Mb4, "", "''")]
    public void Text_is_quoted_where_it_is_plain_and_hexadecimal_with_its_character_set_elsewhere(int? collation, string bytes,
        string literal)
    {
        ColumnDefinition column = Column(ColumnType.VarChar);
        column.CharacterSet = collation is { } id ? CharacterSets.ByCollationId((ulong)id) : null;
        Assert.Equal(literal, Literal(column, bytes));
    }

    [Fact]
    public void The_zeros_that_a_log_leaves_out_of_a_binary_column_are_written()
    {
        ColumnDefinition column = Column(ColumnType.String, length: 4);
        column.CharacterSet = CharacterSets.ByCollationId(Binary);
        Assert.Equal("X'41000000'", Literal(column, "41"));
    }

    [Theory]
    [InlineData(nameof(ColumnType.Enum), "02", "'b'")]
    [InlineData(nameof(ColumnType.Enum), "00", "0")]
    [InlineData(nameof(ColumnType.Set), "05", "'a,c'")]
    [InlineData(nameof(ColumnType.Set), "00", "''")]
    public void Members_are_named_where_their_names_are_known(string type, string bytes, string literal)
    {
        ColumnDefinition column = Column(Enum.Parse<ColumnType>(type));
        Assert.Equal(int.Parse(bytes, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture), Literal(column, bytes));
        column.Members = ["a", "b", "c"];
        Assert.Equal(literal, Literal(column, bytes));
    }

    private static ColumnDefinition Column(ColumnType type, int length = 0, int scale = 0) =>
        new() { Type = type, PrefixLength = 0, FixedLength = 0, Length = length, Scale = scale };

    private static string Literal(ColumnDefinition column, string bytes)
    {
        using var sql = new TextBuffer();
        SqlLiteral.Write(column, Convert.FromHexString(bytes), sql);
        return sql.ToString();
    }
}
