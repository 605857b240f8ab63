using System.Globalization;
using System.Text;
using MySqlRecovery.Consistency.Schema;
using RowCharacterSets = MySqlRecovery.Text.CharacterSets;

namespace MySqlRecovery.Consistency.Data;

/// <summary>The objects that users get of values that a server wrote as text.</summary>
internal static class ValueObject
{
    private const int MaximumDecimalDigits = 28;

    /// <summary>The value in the type that row changes have too; as text where that type does not hold it.</summary>
    /// <param name="value">What <see cref="ColumnSql.Value"/> gave.</param>
    /// <param name="kind">How it was written.</param>
    /// <param name="column">Whose it is.</param>
    /// <param name="characterSet">Of its bytes; null for types without one.</param>
    public static object Of(byte[] value, ColumnKind kind, LiveColumn column, string? characterSet)
    {
        string text = Encoding.UTF8.GetString(value);
        CultureInfo invariant = CultureInfo.InvariantCulture;
        return kind switch
        {
            ColumnKind.Integer => Integer(text, column),
            ColumnKind.Decimal when text.Count(char.IsAsciiDigit) <= MaximumDecimalDigits
                && decimal.TryParse(text, NumberStyles.Number, invariant, out decimal number) => number,
            ColumnKind.Real when column.DataType == "float" && float.TryParse(text, invariant, out float single) => single,
            ColumnKind.Real when double.TryParse(text, invariant, out double real) => real,
            ColumnKind.Bit when ulong.TryParse(text, NumberStyles.None, invariant, out ulong bits) => bits,
            ColumnKind.Temporal => Temporal(text, column),
            ColumnKind.Text => Decode(value, characterSet),
            ColumnKind.Members => Decode(value[1..], characterSet),
            ColumnKind.Bytes => value,
            _ => text,
        };
    }

    private static object Decode(byte[] value, string? characterSet) =>
        characterSet != null && RowCharacterSets.ByName(characterSet)?.Decode(value) is { } text ? text : value;

    private static object Integer(string text, LiveColumn column)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        if (column.DataType == "bigint" && column.IsUnsigned && ulong.TryParse(text, NumberStyles.None, invariant, out ulong large))
            return large;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, invariant, out long number))
            return text;
        return (column.DataType, column.IsUnsigned) switch
        {
            ("tinyint", false) when number is >= sbyte.MinValue and <= sbyte.MaxValue => (object)(sbyte)number,
            ("tinyint", true) when number is >= 0 and <= byte.MaxValue => (byte)number,
            ("smallint" or "year", false) when number is >= short.MinValue and <= short.MaxValue => (short)number,
            ("smallint" or "year", true) when number is >= 0 and <= ushort.MaxValue => (ushort)number,
            ("mediumint" or "int", false) when number is >= int.MinValue and <= int.MaxValue => (int)number,
            ("mediumint" or "int", true) when number is >= 0 and <= uint.MaxValue => (uint)number,
            _ => number,
        };
    }

    // What the calendar of .NET lacks, such as 0000-00-00, stays text.
    private static object Temporal(string text, LiveColumn column)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        if (column.DataType == "time")
        {
            string[] parts = text.TrimStart('-').Split(':');
            if (parts.Length != 3 || !int.TryParse(parts[0], NumberStyles.None, invariant, out int hours)
                || !int.TryParse(parts[1], NumberStyles.None, invariant, out int minutes)
                || !decimal.TryParse(parts[2], NumberStyles.AllowDecimalPoint, invariant, out decimal seconds) || seconds >= 60)
                return text;
            TimeSpan time = new TimeSpan(hours, minutes, 0) + TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
            return text[0] == '-' ? -time : time;
        }

        if (!DateTime.TryParse(text, invariant, DateTimeStyles.None, out DateTime date))
            return text;
        return DateTime.SpecifyKind(date, column.DataType == "timestamp" ? DateTimeKind.Utc : DateTimeKind.Unspecified);
    }
}
