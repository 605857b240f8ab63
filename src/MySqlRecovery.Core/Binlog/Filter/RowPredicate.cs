using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Specialized;
using System.Globalization;
using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Binlog.Filter;

/// <summary>
/// A row test such as <c>@{ status = 'paid'; id = 1, 2 }</c>: a row matches where its before or its after image has one
/// of the given values in each named column. Text is compared as PowerShell's -eq does, without regard to case.
/// </summary>
internal sealed class RowPredicate
{
    private readonly List<(string Column, object?[] Values)> _tests = [];

    // Several logs may be read at a time.
    private readonly ConcurrentDictionary<RowLayout, int[]> _positions = new(ReferenceEqualityComparer.Instance);

    public RowPredicate(IDictionary conditions)
    {
        foreach (DictionaryEntry condition in conditions)
        {
            object?[] values = condition.Value is IEnumerable list and not (string or byte[])
                ? [.. list.Cast<object?>()]
                : [condition.Value];
            _tests.Add((Convert.ToString(condition.Key, CultureInfo.InvariantCulture)!, values));
        }
    }

    /// <summary>Whether the row that the cursor stands on matches.</summary>
    public bool IsMatch(in RowCursor row) =>
        (!row.Before.IsEmpty && IsMatch(row.BeforeLayout, row.Before)) || (!row.After.IsEmpty && IsMatch(row.AfterLayout, row.After));

    /// <summary>Whether a row at rest matches; a column that it lacks does not.</summary>
    public bool IsMatch(OrderedDictionary row) =>
        _tests.TrueForAll(test => row.Contains(test.Column) && Array.Exists(test.Values, expected => AreEqual(row[test.Column], expected)));

    /// <summary>The columns that are tested.</summary>
    public IEnumerable<string> Columns => _tests.Select(t => t.Column);

    /// <summary>A named column that no row looked at so far has, or null.</summary>
    public string? FindUnknownColumn() => _positions.Count == 0
        ? null : _tests.Where((_, test) => _positions.Values.All(p => p[test] < 0)).Select(t => t.Column).FirstOrDefault();

    private bool IsMatch(RowLayout layout, ReadOnlySpan<byte> image)
    {
        int[] positions = Positions(layout);
        Span<ValueRange> ranges = layout.Ordinals.Length <= 256
            ? stackalloc ValueRange[layout.Ordinals.Length] : new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        for (int i = 0; i < positions.Length; i++)
        {
            if (positions[i] < 0)
                return false;
            ValueRange range = ranges[positions[i]];
            object? actual = range.IsNull ? null : ColumnValue.Decode(layout.Columns[layout.Ordinals[positions[i]]], range.Of(image));
            if (!Array.Exists(_tests[i].Values, expected => AreEqual(actual, expected)))
                return false;
        }

        return true;
    }

    // Where in an image the columns of the tests are; -1 for one that it lacks.
    private int[] Positions(RowLayout layout) => _positions.GetOrAdd(
        layout, l => [.. _tests.Select(t => Array.FindIndex(l.Ordinals, i => IsNamed(l.Columns[i], t.Column)))]);

    private static bool IsNamed(ColumnDefinition column, string name) =>
        string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase);

    private static bool AreEqual(object? actual, object? expected)
    {
        if (actual == null || expected == null)
            return actual == null && expected == null;
        if (actual is byte[] bytes)
            return expected is byte[] other && bytes.AsSpan().SequenceEqual(other);
        if (actual is DateTime moment)
            return expected is DateTime date ? moment == date : DateTime.TryParse(
                Text(expected), CultureInfo.InvariantCulture, DateTimeStyles.None, out date) && moment == date;
        if (actual is TimeSpan span)
            return TimeSpan.TryParse(Text(expected), CultureInfo.InvariantCulture, out TimeSpan duration) && span == duration;
        if (actual is float or double)
            return double.TryParse(Text(expected), NumberStyles.Float, CultureInfo.InvariantCulture, out double real)
                && (actual is float single ? single == (float)real : (double)actual == real);
        if (actual is string text)
            return string.Equals(text, Text(expected), StringComparison.OrdinalIgnoreCase);
        return decimal.TryParse(Text(expected is bool flag ? (flag ? 1 : 0) : expected), NumberStyles.Number, CultureInfo.InvariantCulture, out decimal number)
            && Convert.ToDecimal(actual, CultureInfo.InvariantCulture) == number;
    }

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
}
