using System.Globalization;
using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Binlog.Filter;

/// <summary>Whether a value of a row is one that a user gave, of whatever type that is.</summary>
internal static class RowValueComparison
{
    /// <summary>Compares as PowerShell's -eq does: text without regard to case, numbers by value.</summary>
    /// <param name="actual">The value in the row; null for NULL. A time in UTC is a TIMESTAMP, one of no zone a DATE or DATETIME.</param>
    /// <param name="expected">What was given.</param>
    /// <param name="form">What the text of the value stands for.</param>
    public static bool AreEqual(object? actual, object? expected, BytesAsText form = BytesAsText.None)
    {
        if (actual == null || expected == null)
            return actual == null && expected == null;
        return actual switch
        {
            byte[] bytes => expected is byte[] other && bytes.AsSpan().SequenceEqual(other),
            DateTime moment => moment.Kind == DateTimeKind.Utc ? IsInstant(moment, expected) : IsWallClock(moment, expected),
            TimeSpan span => expected is TimeSpan given
                ? span == given : TimeSpan.TryParse(Text(expected), CultureInfo.InvariantCulture, out TimeSpan duration)
                    && span == duration,
            float or double => double.TryParse(Text(expected), NumberStyles.Float, CultureInfo.InvariantCulture, out double real)
                && (actual is float single ? single == (float)real : (double)actual == real),
            string text => string.Equals(text, Text(expected), StringComparison.OrdinalIgnoreCase)
                || (form != BytesAsText.None && AddressText.IsSame(form, Text(expected), text)),
            _ => decimal.TryParse(
                    Text(expected is bool flag ? (flag ? 1 : 0) : expected), NumberStyles.Number, CultureInfo.InvariantCulture,
                    out decimal number)
                && Convert.ToDecimal(actual, CultureInfo.InvariantCulture) == number,
        };
    }

    // A TIMESTAMP is an instant; what is given without a zone is local time, as -StartTime is.
    private static bool IsInstant(DateTime utc, object expected) => expected switch
    {
        DateTime given => given.ToUniversalTime() == utc,
        DateTimeOffset given => given.UtcDateTime == utc,
        _ => DateTimeOffset.TryParse(Text(expected), CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset given)
            && given.UtcDateTime == utc,
    };

    // A DATE or DATETIME is what a clock on the wall shows, in no zone.
    private static bool IsWallClock(DateTime shown, object expected) => expected switch
    {
        DateTime given => given.Ticks == shown.Ticks,
        DateTimeOffset given => given.DateTime == shown,
        _ => DateTimeOffset.TryParse(Text(expected), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset given)
            && given.DateTime == shown,
    };

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
}
