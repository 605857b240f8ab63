using System.Globalization;
using System.Runtime.CompilerServices;

namespace MySqlRecovery.Text;

/// <summary>
/// DOUBLE as the server prints it (MySQL: strings/dtoa.cc <c>my_gcvt</c>): the shortest digits that give the same value
/// back, plain up to 10^15, with an exponent beyond.
/// </summary>
internal static class DoubleText
{
    private const int MaximumPlainExponent = 15;

    [MethodImpl(Jit.Hot)]
    public static void Write(double value, TextBuffer text)
    {
        if (!double.IsFinite(value))
            throw new InvalidDataException("a floating-point value that is not a number");
        Span<byte> digits = stackalloc byte[24];
        int count = ShortestDigits(value, digits, out int decimalPoint);
        if (double.IsNegative(value))
            text.Append((byte)'-');
        if (decimalPoint is > MaximumPlainExponent or < -MaximumPlainExponent + 1)
            WriteScientific(digits[..count], decimalPoint, text);
        else
            WritePlain(digits[..count], decimalPoint, text);
    }

    // decimalPoint as in dtoa: the value is 0.d1d2d3… × 10^decimalPoint.
    private static int ShortestDigits(double value, Span<byte> digits, out int decimalPoint)
    {
        Span<char> buffer = stackalloc char[32];
        value.TryFormat(buffer, out int length, "R", CultureInfo.InvariantCulture);
        int count = 0, point = -1, exponent = 0;
        bool leading = true;
        int leadingZeros = 0;
        for (int i = 0; i < length; i++)
        {
            char c = buffer[i];
            if (c == 'E')
            {
                exponent = int.Parse(buffer[(i + 1)..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                break;
            }

            if (c == '.')
            {
                point = count + leadingZeros;
            }
            else if (c != '-')
            {
                if (leading && c == '0')
                {
                    leadingZeros++;
                    continue;
                }

                leading = false;
                digits[count++] = (byte)c;
            }
        }

        if (point < 0)
            point = count + leadingZeros;
        decimalPoint = point - leadingZeros + exponent;
        while (count > 0 && digits[count - 1] == '0')
            count--;
        if (count == 0)
        {
            digits[count++] = (byte)'0';
            decimalPoint = 1;
        }

        return count;
    }

    private static void WritePlain(ReadOnlySpan<byte> digits, int decimalPoint, TextBuffer text)
    {
        if (decimalPoint <= 0)
        {
            text.Append("0."u8);
            for (int i = decimalPoint; i < 0; i++)
                text.Append((byte)'0');
            text.Append(digits);
            return;
        }

        text.Append(digits[..Math.Min(decimalPoint, digits.Length)]);
        for (int i = digits.Length; i < decimalPoint; i++)
            text.Append((byte)'0');
        if (digits.Length > decimalPoint)
        {
            text.Append((byte)'.');
            text.Append(digits[decimalPoint..]);
        }
    }

    private static void WriteScientific(ReadOnlySpan<byte> digits, int decimalPoint, TextBuffer text)
    {
        text.Append(digits[0]);
        if (digits.Length > 1)
        {
            text.Append((byte)'.');
            text.Append(digits[1..]);
        }

        text.Append((byte)'e');
        text.Append((long)(decimalPoint - 1));
    }
}
