using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Binlog.Filter;

/// <summary>
/// A key in the form in which catalogs know it: keys that are equal by <see cref="RowValueComparison"/>, be they of a row or given
/// by a user, are equal here. Others may be equal, too: a hash can only say where a key is not.
/// </summary>
/// <param name="Hash">Of all values of the key.</param>
/// <param name="Integer">The value of a key of one integer; of a longer one that a user gave, its longest integer; null for none.</param>
/// <param name="Column">The number of that integer's column in the key.</param>
internal readonly record struct LogKey(ulong Hash, long? Integer, int Column = 0)
{
    private const ulong Seed = 0x9E3779B97F4A7C15, Prime = 0xD6E8FEB86659FD93;

    /// <summary>More keys than this are not looked up one by one.</summary>
    private const int MaximumKeys = 1024;

    // What a value is told apart by besides its own bits.
    private enum Kind : byte
    {
        Null,
        Number,
        Text,
        Bytes,
        Time,
        Span,
    }

    /// <summary>The hash of no value, to which values are added.</summary>
    public static ulong Empty => Seed;

    /// <summary>A hash with an integer added.</summary>
    [MethodImpl(Jit.Hot)]
    public static ulong Add(ulong hash, bool isNegative, ulong magnitude) =>
        Mix(Mix(hash, (ulong)Kind.Number | (isNegative ? 256u : 0u)), magnitude);

    /// <summary>The hash of a key of one integer.</summary>
    public static ulong OfInteger(long value) => Add(Empty, value < 0, value < 0 ? (ulong)-(value + 1) + 1 : (ulong)value);

    /// <summary>A hash with text of nothing but ASCII added.</summary>
    [MethodImpl(Jit.Hot)]
    public static ulong AddAscii(ulong hash, ReadOnlySpan<byte> text)
    {
        hash = Mix(hash, (ulong)Kind.Text);
        foreach (byte letter in text)
            hash = Mix(hash, letter is >= (byte)'a' and <= (byte)'z' ? letter - 32u : letter);
        return hash;
    }

    /// <summary>A hash with a value of a row added; null for a value of a type that is not compared by equality alone.</summary>
    public static ulong? Add(ulong hash, object? value) => value switch
    {
        null => Mix(hash, (ulong)Kind.Null),
        string text => AddText(hash, text),
        byte[] bytes => AddBytes(hash, bytes),
        DateTime time => Mix(Mix(hash, (ulong)Kind.Time), (ulong)time.Ticks),
        TimeSpan span => Mix(Mix(hash, (ulong)Kind.Span), (ulong)span.Ticks),
        sbyte or short or int or long or byte or ushort or uint or ulong or decimal =>
            AddNumber(hash, Convert.ToDecimal(value, CultureInfo.InvariantCulture)),
        _ => null,
    };

    /// <summary>The hash of a key in one table.</summary>
    public static ulong In(ulong table, ulong key) => Mix(table, key);

    /// <summary>The hash of a table's name.</summary>
    public static ulong OfTable(string database, string table) => AddText(AddText(Seed, database), table);

    /// <summary>All forms in which a row may have a key that a user gave.</summary>
    /// <param name="values">The values for each column of the key.</param>
    /// <param name="areNumbers">Whether the column has nothing but numbers, for each of them.</param>
    /// <returns>Null where there are too many.</returns>
    public static IReadOnlyList<LogKey>? Of(IReadOnlyList<IReadOnlyList<object?>> values, IReadOnlyList<bool> areNumbers)
    {
        List<LogKey> keys = [new(Empty, null)];
        for (int column = 0; column < values.Count; column++)
        {
            var next = new List<LogKey>();
            bool isNumber = areNumbers[column];
            foreach (object? form in values[column].SelectMany(Forms).Where(f => !isNumber || f is null or decimal))
            {
                if (next.Count + keys.Count > MaximumKeys)
                    return null;
                long? integer = form is decimal number && decimal.Truncate(number) == number
                    && number is >= long.MinValue and <= long.MaxValue ? (long)number : null;
                foreach (LogKey key in keys)
                {
                    ulong hash = Add(key.Hash, form)!.Value;
                    next.Add(IsLonger(integer, key.Integer) ? new LogKey(hash, integer, column) : key with { Hash = hash });
                }
            }

            keys = next;
        }

        return keys;
    }

    // The longer an integer is, the rarer are its bytes.
    private static bool IsLonger(long? integer, long? than) =>
        integer is { } number && (than is not { } other || Math.Abs((double)number) > Math.Abs((double)other));

    // What a value of a row can be to be equal to a given one: see RowValueComparison.
    private static IEnumerable<object?> Forms(object? expected)
    {
        if (expected == null)
        {
            yield return null;
            yield break;
        }

        string text = Convert.ToString(expected, CultureInfo.InvariantCulture) ?? string.Empty;
        yield return text;
        if (expected is byte[] bytes)
            yield return bytes;
        string digits = expected is bool flag ? (flag ? "1" : "0") : text;
        if (decimal.TryParse(digits, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal number))
            yield return number;
        foreach (DateTime time in Times(expected, text).Distinct())
            yield return time;
        if (expected is TimeSpan given)
            yield return given;
        else if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan span))
            yield return span;
    }

    // A TIMESTAMP is an instant, a DATE or DATETIME what a clock on the wall shows.
    private static IEnumerable<DateTime> Times(object expected, string text)
    {
        if (expected is DateTime time)
            return [time.ToUniversalTime(), time];
        if (expected is DateTimeOffset instant)
            return [instant.UtcDateTime, instant.DateTime];
        var times = new List<DateTime>();
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset local))
            times.Add(local.UtcDateTime);
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset shown))
            times.Add(shown.DateTime);
        return times;
    }

    private static ulong AddText(ulong hash, string text)
    {
        if (Ascii.IsValid(text))
            return AddAscii(hash, Encoding.ASCII.GetBytes(text));
        hash = Mix(hash, (ulong)Kind.Text);
        foreach (char letter in text)
            hash = Mix(hash, Fold(letter));
        return hash;
    }

    // Which letters are upper and lower case of one another differs from release to release, but for those of Europe's languages in
    // Latin script, and those of Chinese, Japanese and Korean, which have none. All others are one.
    private static char Fold(char letter)
    {
        const char lastOfLatin = '\u017F', other = '\uFFFF';
        if (letter > lastOfLatin)
            return letter is >= '\u2E80' and < '\uA4D0' or >= '\uAC00' and <= '\uD7A3' ? letter : other;
        char upper = char.ToUpperInvariant(letter);
        return upper > lastOfLatin ? other : upper;
    }

    private static ulong AddBytes(ulong hash, byte[] bytes)
    {
        hash = Mix(hash, (ulong)Kind.Bytes);
        foreach (byte b in bytes)
            hash = Mix(hash, b);
        return hash;
    }

    private static ulong AddNumber(ulong hash, decimal number)
    {
        decimal magnitude = Math.Abs(number);
        if (decimal.Truncate(magnitude) == magnitude && magnitude <= ulong.MaxValue)
            return Add(hash, number < 0, (ulong)magnitude);
        // Without the zeros at its end.
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(magnitude / 1.0000000000000000000000000000m, bits);
        hash = Mix(hash, (ulong)Kind.Number | (number < 0 ? 256u : 0u) | 512);
        foreach (int part in bits)
            hash = Mix(hash, (uint)part);
        return hash;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong hash, ulong value)
    {
        ulong high = Math.BigMul(hash ^ value, Prime, out ulong low);
        return high ^ low + Seed;
    }
}

/// <summary>What is looked for by key; it may become more while logs are read.</summary>
internal interface IKeySearch
{
    /// <summary>Every form in which a row that matters may have its key in a table; null where every row may matter.</summary>
    /// <param name="table">The table.</param>
    /// <param name="map">Where <see cref="LogTable.Shape"/> tells of it: all that is known of it at this place of the log. The keys are
    /// values of its first column then.</param>
    IReadOnlyList<LogKey>? KeysIn(LogTable table, TableMap? map);
}

/// <summary>A table as the table maps of a log name it.</summary>
/// <param name="Database">Its database.</param>
/// <param name="Name">Its name.</param>
/// <param name="KeyColumns">The names of its key's columns; null where its keys are not known.</param>
internal sealed record LogTable(string Database, string Name, string[]? KeyColumns)
{
    /// <summary>Which of the key's columns have nothing but numbers.</summary>
    public bool[] AreNumbers { get; init; } = [];

    /// <summary>For each of the key's columns how many bytes its integers have in a row, low ones first; 0 where it has others.</summary>
    public int[] IntegerSizes { get; init; } = [];

    /// <summary>Why keys are not known; null where they are.</summary>
    public string? KeyProblem { get; init; }

    /// <summary>Its table map (<see cref="TableMap.Shape"/>), where the log does not say which columns are the key: what is looked up is
    /// then the first of them, if it is the key or a part of it. Null for other tables.</summary>
    public byte[]? Shape { get; init; }

    /// <summary>What the hashes of its keys begin with.</summary>
    public ulong Hash { get; } = LogKey.OfTable(Database, Name);

    /// <summary>All that is known of it: tables of two logs that have the same are one.</summary>
    public string Identity => string.Join(
        '\0',
        [Database, Name, KeyProblem, Shape == null ? null : Convert.ToHexString(Shape),
            .. (KeyColumns ?? []).Zip(AreNumbers, IntegerSizes).Select(c => c.ToString())]);
}
