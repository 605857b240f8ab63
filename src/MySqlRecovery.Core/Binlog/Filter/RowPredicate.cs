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
    private const int NoSuchColumn = -1, UnknownColumn = -2;
    private readonly List<(string Column, object?[] Values)> _tests = [];
    private readonly RowCondition? _condition;

    // Several logs may be read at a time.
    private readonly ConcurrentDictionary<RowLayout, int[]> _positions = new(ReferenceEqualityComparer.Instance);

    private readonly ConcurrentDictionary<LogTable, IReadOnlyList<LogKey>?> _keys = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, bool> _columnsKnown = new(StringComparer.OrdinalIgnoreCase);

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

    private RowPredicate(RowPredicate? test, RowCondition condition) => (_tests, _condition) = (test?._tests ?? [], condition);

    /// <summary>A test that those rows pass that pass another, if there is one, and fulfil a condition.</summary>
    public static RowPredicate And(RowPredicate? test, RowCondition condition) => new(test, condition);

    /// <summary>Whether the row that the cursor stands on matches, as far as that can be told.</summary>
    public bool IsMatch(in RowCursor row) => Test(row) == true;

    /// <summary>
    /// Whether the row that the cursor stands on matches; null where the log does not hold a value that is asked for, or does not
    /// say which column is which, and nothing else decides.
    /// </summary>
    public bool? Test(in RowCursor row)
    {
        if (_condition?.Invoke(row) == false)
            return false;
        if (_tests.Count == 0)
            return true;
        bool? before = row.Before.IsEmpty ? false : Test(row.BeforeLayout, row.Before, row.BeforeLayout, default);
        if (before == true || row.After.IsEmpty)
            return before;
        // What an after image leaves out is as it was.
        bool? after = Test(row.AfterLayout, row.After, row.BeforeLayout, row.Before);
        return after == true ? true : before == null || after == null ? null : false;
    }

    /// <summary>Whether a row at rest matches; a column that it lacks does not.</summary>
    public bool IsMatch(OrderedDictionary row) =>
        _tests.TrueForAll(
            test =>
                row.Contains(test.Column)
                && Array.Exists(test.Values, expected => RowValueComparison.AreEqual(row[test.Column], expected)));

    /// <summary>The columns that are tested.</summary>
    public IEnumerable<string> Columns => _tests.Select(t => t.Column);

    /// <summary>A named column that no row looked at so far has, or null.</summary>
    public string? FindUnknownColumn() => _positions.IsEmpty
        ? null : _tests.Where((t, test) => _positions.Values.All(p => p[test] < 0) && !_columnsKnown.ContainsKey(t.Column))
            .Select(t => t.Column).FirstOrDefault();

    /// <summary>
    /// The keys that a row must have to match, where the columns that are tested are the key; null where they are not.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="map">Where <see cref="LogTable.Shape"/> tells of it: what is known of it. The keys are values of its first column
    /// then.</param>
    public IReadOnlyList<LogKey>? KeysIn(LogTable table, TableMap? map)
    {
        if (map != null)
            return KeysIn(table.AreNumbers, map);
        if (table.KeyColumns == null || table.KeyColumns.Length != _tests.Count)
            return null;
        if (_keys.TryGetValue(table, out IReadOnlyList<LogKey>? known))
            return known;
        int[] tests = Array.ConvertAll(
            table.KeyColumns, c => _tests.FindIndex(t => string.Equals(t.Column, c, StringComparison.OrdinalIgnoreCase)));
        return _keys[table] = Array.IndexOf(tests, -1) >= 0 ? null : LogKey.Of(
            Array.ConvertAll(tests, t => _tests[t].Values), table.AreNumbers);
    }

    /// <summary>Takes note that a table, of whose rows none was looked at, has the columns that are tested.</summary>
    public void NoteColumns() => _tests.ForEach(t => _columnsKnown.TryAdd(t.Column, true));

    // Where the schema is not sure, the rows are to say so; and what no column is of a table.
    private IReadOnlyList<LogKey>? KeysIn(bool[] areNumbers, TableMap map)
    {
        if (map is { SchemaProblem: null, SchemaDoubt: null } && _tests.TrueForAll(t => ColumnOf(map.Layout, t.Column) >= 0)
            && map.Columns[0].TextForm == BytesAsText.None && _tests.FindIndex(t => IsNamed(map.Columns[0], t.Column)) is >= 0 and var test)
            return LogKey.Of([_tests[test].Values], areNumbers);
        return null;
    }

    private bool? Test(RowLayout layout, ReadOnlySpan<byte> image, RowLayout otherLayout, ReadOnlySpan<byte> other)
    {
        int[] columns = OrdinalsIn(layout);
        Span<ValueRange> ranges = layout.Ordinals.Length <= 256
            ? stackalloc ValueRange[layout.Ordinals.Length] : new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        bool isKnown = true;
        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i] == NoSuchColumn)
                return false;
            bool? passes = columns[i] == UnknownColumn ? null
                : layout.IndexOf(columns[i]) is >= 0 and int at ? Passes(i, layout.Columns[columns[i]], ranges[at], image)
                : !other.IsEmpty && otherLayout.IndexOf(columns[i]) is >= 0 and int there ? Passes(i, otherLayout, there, other)
                : null;
            if (passes == false)
                return false;
            isKnown &= passes != null;
        }

        return isKnown ? true : null;
    }

    private bool Passes(int test, RowLayout layout, int at, ReadOnlySpan<byte> image)
    {
        var ranges = new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        return Passes(test, layout.Columns[layout.Ordinals[at]], ranges[at], image);
    }

    private bool Passes(int test, ColumnDefinition column, ValueRange range, ReadOnlySpan<byte> image)
    {
        object? actual = range.IsNull ? null : ColumnValue.Decode(column, range.Of(image));
        return Array.Exists(_tests[test].Values, expected => RowValueComparison.AreEqual(actual, expected, column.TextForm));
    }

    // Which columns the tests are of.
    private int[] OrdinalsIn(RowLayout layout) => _positions.GetOrAdd(layout, l => [.. _tests.Select(t => ColumnOf(l, t.Column))]);

    private static int ColumnOf(RowLayout layout, string name)
    {
        int ordinal = Array.FindIndex(layout.Columns, c => IsNamed(c, name));
        return ordinal >= 0 ? ordinal : Array.TrueForAll(layout.Columns, c => c.IsNameKnown) ? NoSuchColumn : UnknownColumn;
    }

    private static bool IsNamed(ColumnDefinition column, string name) =>
        string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>What a row may have to fulfil beside the values of its columns; asked by several threads.</summary>
internal delegate bool RowCondition(in RowCursor row);
