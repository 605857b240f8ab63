using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MySqlRecovery.Text;

/// <summary>
/// NEWDECIMAL values (MySQL: strings/decimal.c <c>decimal2bin</c>): groups of nine digits in 4 big-endian bytes, the
/// rest in fewer; the first bit inverted, and all bits inverted for negative numbers.
/// </summary>
internal static class DecimalText
{
    public const int MaximumPrecision = 65;
    public const int MaximumScaleOfMySql = 30;
    private const int MaximumScale = 38; // 30 in MySQL, 38 in MariaDB
    private static readonly byte[] BytesForDigits = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];
    private static readonly uint[] PowersOf10 = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

    public static bool IsValid(int precision, int scale) =>
        precision is >= 1 and <= MaximumPrecision && scale <= MaximumScale && scale <= precision;

    /// <summary>Whether a DECIMAL within JSON can be so: its digits are counted in whole groups of nine, of which there are nine.</summary>
    public static bool IsValidInJson(int precision, int scale) => precision is >= 1 and <= 81 && scale <= precision;

    public static int ByteLength(int precision, int scale)
    {
        int integer = precision - scale;
        return integer / 9 * 4 + BytesForDigits[integer % 9] + scale / 9 * 4 + BytesForDigits[scale % 9];
    }

    /// <summary>Writes the number as the server prints it: no leading zeros but one, all digits of the scale.</summary>
    [MethodImpl(Jit.Hot)]
    public static void Write(ReadOnlySpan<byte> value, int precision, int scale, TextBuffer text)
    {
        Span<byte> bytes = stackalloc byte[value.Length];
        value.CopyTo(bytes);
        bool negative = (bytes[0] & 0x80) == 0;
        bytes[0] ^= 0x80;
        if (negative)
        {
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)~bytes[i];
        }

        int integer = precision - scale;
        int at = 0;
        int start = text.Length;
        if (negative)
            text.Append((byte)'-');
        bool any = AppendInteger(bytes, ref at, integer % 9, text, false);
        for (int group = 0; group < integer / 9; group++)
            any = AppendInteger(bytes, ref at, 9, text, any);
        if (!any)
            text.Append((byte)'0');
        if (scale > 0)
        {
            text.Append((byte)'.');
            for (int group = 0; group < scale / 9; group++)
                text.AppendPadded(Take(bytes, ref at, 9), 9);
            if (scale % 9 > 0)
                text.AppendPadded(Take(bytes, ref at, scale % 9), scale % 9);
        }

        if (negative && !text.Written[start..].ContainsAnyInRange((byte)'1', (byte)'9'))
            DropSign(text, start);
    }

    [MethodImpl(Jit.Hot)]
    private static bool AppendInteger(ReadOnlySpan<byte> bytes, ref int at, int digits, TextBuffer text, bool any)
    {
        if (digits == 0)
            return any;
        uint group = Take(bytes, ref at, digits);
        if (any)
            text.AppendPadded(group, digits);
        else if (group != 0)
            text.Append((long)group);
        return any || group != 0;
    }

    [MethodImpl(Jit.Hot)]
    private static uint Take(ReadOnlySpan<byte> bytes, ref int at, int digits)
    {
        ReadOnlySpan<byte> part = bytes.Slice(at, BytesForDigits[digits]);
        at += part.Length;
        uint group = part.Length switch
        {
            1 => part[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(part),
            3 => (uint)(part[0] << 16 | part[1] << 8 | part[2]),
            _ => BinaryPrimitives.ReadUInt32BigEndian(part),
        };
        return group < PowersOf10[digits] ? group : throw new InvalidDataException($"a DECIMAL with {group} for {digits} digits");
    }

    // A zero of the other sign is the number 0 to the server.
    private static void DropSign(TextBuffer text, int start)
    {
        Span<byte> copy = stackalloc byte[text.Length - start - 1];
        text.Written[(start + 1)..].CopyTo(copy);
        text.Truncate(start);
        text.Append(copy);
    }
}
