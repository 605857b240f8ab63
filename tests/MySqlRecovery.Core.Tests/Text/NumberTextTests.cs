using System.Globalization;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Text;

public sealed class NumberTextTests
{
    // The images of 1234567890.1234 and its negative are those of the comment above decimal2bin in MySQL's decimal.cc.
    [Theory]
    [InlineData("810DFB38D204D2", 14, 4, "1234567890.1234")]
    [InlineData("7EF204C72DFB2D", 14, 4, "-1234567890.1234")]
    [InlineData("80000000", 9, 0, "0")]
    [InlineData("7FFFFFFF", 9, 0, "0")]
    [InlineData("80000001", 9, 9, "0.000000001")]
    [InlineData("8001", 3, 0, "1")]
    [InlineData("7F9C", 3, 2, "-0.99")]
    public void A_decimal_is_written_with_all_digits_of_its_scale(string hex, int precision, int scale, string expected)
    {
        using var text = new TextBuffer();
        DecimalText.Write(Convert.FromHexString(hex), precision, scale, text);
        Assert.Equal(expected, text.ToString());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(66, 0)]
    [InlineData(65, 39)]
    [InlineData(5, 6)]
    public void Precisions_and_scales_that_no_server_has_are_told(int precision, int scale) =>
        Assert.False(DecimalText.IsValid(precision, scale));

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(-0.0, "-0")]
    [InlineData(0.1, "0.1")]
    [InlineData(100, "100")]
    [InlineData(1e14, "100000000000000")]
    [InlineData(1e15, "1e15")]
    [InlineData(123456789012345.6, "123456789012345.6")]
    [InlineData(1e-14, "0.00000000000001")]
    [InlineData(-1.5e300, "-1.5e300")]
    [InlineData(double.MaxValue, "1.7976931348623157e308")]
    [InlineData(double.Epsilon, "5e-324")]
    public void A_double_is_written_as_the_server_prints_it(double value, string expected)
    {
        using var text = new TextBuffer();
        DoubleText.Write(value, text);
        Assert.Equal(expected, text.ToString());
    }

    [Fact]
    public void Every_double_comes_back_from_its_text()
    {
        var random = new Random(4);
        using var text = new TextBuffer();
        for (int i = 0; i < 20_000; i++)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (!double.IsFinite(value))
                continue;
            text.Clear();
            DoubleText.Write(value, text);
            Assert.Equal(value, double.Parse(text.ToString(), CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void What_is_no_number_is_refused(double value)
    {
        using var text = new TextBuffer();
        Assert.Throws<InvalidDataException>(() => DoubleText.Write(value, text));
    }
}
