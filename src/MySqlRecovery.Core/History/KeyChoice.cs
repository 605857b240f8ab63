using System.Collections;
using System.Globalization;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Restore;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>The keys that a user asked for, and how they are found in the rows of a log.</summary>
internal sealed class KeyChoice
{
    // So many are compared with a row one by one.
    private const int FewKeys = 8;

    private readonly List<IDictionary?> _named = [];
    private readonly List<object?> _given = [];
    private readonly Dictionary<TableMap, int[]> _ordinals = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TableMap, KeyNumbers?> _numbers = new(ReferenceEqualityComparer.Instance);

    /// <param name="keys">Values of a key of one column, or dictionaries of values by column.</param>
    public KeyChoice(IEnumerable<object?> keys)
    {
        foreach (object? key in keys)
        {
            _given.Add(key);
            _named.Add(key as IDictionary);
        }
    }

    public int Count => _given.Count;

    /// <summary>What the key's columns are called at the end of the log, which is how a user names them; null where that is not
    /// known.</summary>
    public IReadOnlyList<string>? Names { get; set; }

    /// <summary>The key's columns in a table map.</summary>
    /// <exception cref="RecoveryException">HistoryKeyInvalid.</exception>
    public int[] OrdinalsIn(TableMap map)
    {
        if (!_ordinals.TryGetValue(map, out int[]? known))
            _ordinals.Add(map, known = FindOrdinals(map));
        return known;
    }

    /// <summary>All values that the first column of a table has in rows with one of the keys; null where it is no part of the key, or
    /// it is not told how the keys are meant.</summary>
    /// <param name="map">The table.</param>
    /// <param name="isNumber">Whether the column has nothing but numbers.</param>
    /// <param name="place">Its number in the key.</param>
    public IReadOnlyList<LogKey>? FirstsIn(TableMap map, bool isNumber, out int place)
    {
        place = -1;
        try
        {
            int[] ordinals = FindOrdinals(map);
            place = Array.IndexOf(ordinals, 0);
            return place < 0 ? null : FirstsOf(NameOf(map, ordinals, place), isNumber);
        }
        catch (RecoveryException e) when (e.ErrorId == "HistoryKeyInvalid")
        {
            // The rows are to say so.
            return null;
        }
    }

    /// <summary>The value by which a row is known; null where the image lacks a column of the key.</summary>
    public UInt128? HashOf(TableMap map, RowLayout layout, ReadOnlySpan<byte> image, TextBuffer scratch)
    {
        int[] ordinals = OrdinalsIn(map);
        var ranges = new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        var values = new byte[]?[ordinals.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int at = layout.IndexOf(ordinals[i]);
            if (at < 0)
                return null;
            values[i] = ranges[at].IsNull ? null : StoredValue.OfImage(map.Columns[ordinals[i]], ranges[at].Of(image), scratch);
        }

        return StoredRow.Hash(string.Empty, string.Empty, values);
    }

    /// <summary>Which of the keys a row has; -1 for none.</summary>
    public int Find(TableMap map, RowLayout layout, ReadOnlySpan<byte> image)
    {
        int[] ordinals = OrdinalsIn(map);
        var ranges = new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        if (!_numbers.TryGetValue(map, out KeyNumbers? numbers))
            _numbers.Add(map, numbers = _given.Count > FewKeys ? KeyNumbers.Of(map, this) : null);
        foreach (int key in numbers?.Find(layout, image) ?? Enumerable.Range(0, _given.Count))
        {
            bool isIt = true;
            for (int i = 0; isIt && i < ordinals.Length; i++)
            {
                int at = layout.IndexOf(ordinals[i]);
                ColumnDefinition column = map.Columns[ordinals[i]];
                object? asked = ValueOf(key, NameOf(map, ordinals, i));
                isIt = at >= 0 && RowValueComparison.AreEqual(
                    ranges[at].IsNull ? null : ColumnValue.Decode(column, ranges[at].Of(image)), asked, column.TextForm);
            }

            if (isIt)
                return key;
        }

        return -1;
    }

    /// <summary>The keys as catalogs know them; null where it is not told, or not known, how a table's key is meant.</summary>
    public IReadOnlyList<LogKey>? KeysIn(LogTable table)
    {
        if (table.KeyColumns is not { } columns || Names?.SequenceEqual(columns, StringComparer.OrdinalIgnoreCase) == false)
            return null;
        var all = new List<LogKey>();
        for (int key = 0; key < _given.Count; key++)
        {
            if (FormsOf(key, table, columns) is not { } forms)
                return null;
            all.AddRange(forms);
        }

        return all;
    }

    /// <summary>All forms in which a row of a table may have one of the keys; null where it is not told how it is meant.</summary>
    public IReadOnlyList<LogKey>? FormsOf(int key, LogTable table, string[] columns)
    {
        bool fits = _named[key] is { } named
            ? named.Count == columns.Length && Array.TrueForAll(columns, c => Find(named, c) != null) : columns.Length == 1;
        return fits ? LogKey.Of(Array.ConvertAll(columns, c => (IReadOnlyList<object?>)[ValueOf(key, c)]), table.AreNumbers) : null;
    }

    /// <summary>The condition by which a server finds the row of a key.</summary>
    /// <param name="key">The number of the key.</param>
    /// <param name="columns">The key's columns.</param>
    public string ConditionOf(int key, IReadOnlyList<string> columns) => Condition(columns, name => ValueOf(key, name));

    /// <summary>The condition for values by column.</summary>
    public static string Condition(IReadOnlyList<string> columns, Func<string, object?> valueOf) =>
        string.Join(" AND ", columns.Select(c => $"{SqlIdentifier.Quote(c)} = {Literal(valueOf(c))}"));

    private int[] FindOrdinals(TableMap map)
    {
        int[] ordinals = map.PrimaryKey;
        if (ordinals.Length == 0)
        {
            if (map.IsPrimaryKeyKnown)
                throw Invalid($"{map.QualifiedName} has no key by which a row could be followed");
            IDictionary names = _named[0] ?? throw Invalid(
                $"the log does not say which column of {map.QualifiedName} is the key",
                "Give -SchemaPath or -Server, or the key by column: @{ '@1' = 4711 }.");
            ordinals = [.. names.Keys.Cast<object>().Select(name => IndexOf(map, Text(name))).Order()];
        }

        foreach (IDictionary? key in _named)
        {
            bool fits = key == null ? ordinals.Length == 1
                : key.Count == ordinals.Length && !ordinals.Where((_, i) => Find(key, NameOf(map, ordinals, i)) == null).Any();
            string names = string.Join(", ", ordinals.Select((_, i) => NameOf(map, ordinals, i)));
            if (!fits)
                throw Invalid($"the key of {map.QualifiedName} is ({names})");
        }

        return ordinals;
    }

    private List<LogKey>? FirstsOf(string column, bool isNumber)
    {
        var all = new List<LogKey>();
        for (int key = 0; key < _given.Count; key++)
        {
            if (LogKey.Of([[ValueOf(key, column)]], [isNumber]) is not { } forms)
                return null;
            all.AddRange(forms);
        }

        return all;
    }

    private string NameOf(TableMap map, int[] ordinals, int place) =>
        Names?.Count == ordinals.Length ? Names[place] : map.Columns[ordinals[place]].Name;

    private object? ValueOf(int key, string column) =>
        _named[key] is { } named ? Find(named, column) is { } entry ? entry.Value : null : _given[key];

    private static DictionaryEntry? Find(IDictionary key, string column)
    {
        foreach (DictionaryEntry entry in key)
        {
            if (string.Equals(Text(entry.Key), column, StringComparison.OrdinalIgnoreCase))
                return entry;
        }

        return null;
    }

    private static string Literal(object? value) => value switch
    {
        null => "NULL",
        byte[] bytes => $"0x{Convert.ToHexString(bytes)}",
        bool flag => flag ? "1" : "0",
        DateTime time => SqlString.Quote(time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture)),
        TimeSpan span => SqlString.Quote(string.Create(
            CultureInfo.InvariantCulture,
            $"{(span < TimeSpan.Zero ? "-" : "")}{(long)span.Duration().TotalHours:00}{span:\\:mm\\:ss\\.ffffff}")),
        sbyte or byte or short or ushort or int or uint or long or ulong or decimal or float or double => Text(value),
        _ => SqlString.Quote(Text(value)),
    };

    private static int IndexOf(TableMap map, string name) =>
        Array.FindIndex(map.Columns, c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)) is >= 0 and var at ? at
            : throw Invalid($"{map.QualifiedName} has no column {name}");

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;

    private static RecoveryException Invalid(string what, string? action = null) => new(
        "HistoryKeyInvalid", RecoveryErrorKind.InvalidArgument, what,
        recommendedAction: action ?? "Give one value for a key of one column, or all columns: -Key @{ order_id = 1; line = 2 }.");
}
