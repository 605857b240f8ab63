using System.Buffers.Binary;
using System.Globalization;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// The rows that an undo leaves as they are, because something that is not undone changed them again later, or has a unique value
/// of theirs since: each with all of its steps, under every key and unique value that it had, and with those rows that it shared
/// one with. Rows of tables without key are known by all they hold.
/// </summary>
internal sealed class LeftOutRows
{
    /// <summary>Why rows are left out, for people.</summary>
    public const string Cause = "what is not undone changed them again later, so that they are left as they are (Excluded names them)";

    /// <summary>More names of rows than this are not kept: they would take some 200 MB.</summary>
    private const int MaximumNames = 2 << 20;

    private readonly Dictionary<TableName, KeyedTable> _tables = [];
    private readonly Dictionary<UInt128, int> _numbers = [];
    private readonly List<int> _parents = [];
    private readonly HashSet<int> _reported = [];
    private readonly List<int> _marked = [];
    private readonly List<RowName> _names = [];

    // Of names that keys share which the server may tell apart: how the first is spelt, and what is to be said if others are, too.
    private readonly Dictionary<int, UInt128> _spellings = [];
    private readonly Dictionary<int, string> _shared = [];
    private readonly List<LaterChange> _changes = [];
    private HashSet<UInt128> _leftOut = [];
    private string? _doubt;

    /// <summary>The first change of each of them that is not undone.</summary>
    public IReadOnlyList<LaterChange> Changes => _changes;

    /// <summary>How many row changes were left out; set by whoever leaves them out.</summary>
    public long RowCount { get; set; }

    /// <summary>Which rows they are cannot be known; the first reason counts.</summary>
    public void Doubt(string reason) => _doubt ??= reason;

    /// <summary>Takes a row in that is to be undone.</summary>
    public void Choose(TableMap map, in RowCursor row)
    {
        if (!_tables.TryGetValue(map.QualifiedName, out KeyedTable? table))
            _tables.Add(map.QualifiedName, table = new KeyedTable(map));
        table.Take(map, row);
        Join(table, NamesOf(table, row, withAfter: true));
    }

    /// <summary>Takes a row in that is not undone; whether it is one of those to be undone, and whether it got the key of another of
    /// them, that were not met before.</summary>
    public (bool MeetsItself, bool MeetsOther) Observe(TableMap map, in RowCursor row)
    {
        if (!_tables.TryGetValue(map.QualifiedName, out KeyedTable? table))
            return default;
        if (table.FindDoubt(map, row) is { } doubt)
        {
            Doubt(doubt);
            return default;
        }

        // Of rows that are known by all they hold, one that became equal to another is still not that one: only what became of them counts.
        List<RowName> names = NamesOf(table, row, withAfter: !table.IsKeyless || IsKnown(table, row));
        UInt128? got = row.Before.IsEmpty || table.IsKeyless ? null : table.NameOf(row.AfterLayout, row.After);
        bool isKnown = false, meetsItself = false, meetsOther = false;
        foreach ((UInt128 name, _) in names)
        {
            if (!_numbers.TryGetValue(name, out int number))
                continue;
            isKnown = true;
            if (_reported.Add(number))
                (meetsItself, meetsOther) = (meetsItself || name != got, meetsOther || name == got);
        }

        if (isKnown)
            _marked.Add(Join(table, names));
        bool isSameKey = got == table.NameOf(row.BeforeLayout, row.Before);
        return (meetsItself || (meetsOther && isSameKey), meetsOther && !isSameKey);
    }

    /// <summary>Takes note of a change, for people.</summary>
    public void Report(LaterChange change) => _changes.Add(change);

    /// <summary>All logs were read.</summary>
    /// <exception cref="RecoveryException">LaterChangeUnknown.</exception>
    public void Complete()
    {
        var roots = _marked.Select(Root).ToHashSet();
        foreach ((int number, string doubt) in _shared)
        {
            if (roots.Contains(Root(number)))
                Doubt(doubt);
        }

        if (_doubt != null)
            throw new RecoveryException(
                "LaterChangeUnknown", RecoveryErrorKind.NotSupported, $"which rows were changed again later cannot be known: {_doubt}",
                recommendedAction: "Take the undo as a whole, without -ExcludeLaterChange, and read LaterChange; or let Restore-RowChange "
                    + "compare each row with the server's.");
        _leftOut = [.. _numbers.Where(n => roots.Contains(Root(n.Value))).Select(n => n.Key)];
        _numbers.Clear();
    }

    /// <summary>Whether a row is undone; asked by several threads.</summary>
    public bool Keeps(in RowCursor row)
    {
        if (_leftOut.Count == 0 || !_tables.TryGetValue(row.Map.QualifiedName, out KeyedTable? table))
            return true;
        bool isLeftOut = table.NameOf(row.BeforeLayout, row.Before) is { } before && _leftOut.Contains(before);
        return !isLeftOut && !(table.NameOf(row.AfterLayout, row.After) is { } after && _leftOut.Contains(after));
    }

    private bool IsKnown(KeyedTable table, in RowCursor row) =>
        table.NameOf(row.BeforeLayout, row.Before) is { } name && _numbers.ContainsKey(name);

    private List<RowName> NamesOf(KeyedTable table, in RowCursor row, bool withAfter)
    {
        _names.Clear();
        table.AddNames(row.BeforeLayout, row.Before, _names);
        if (withAfter)
            table.AddNames(row.AfterLayout, row.After, _names);
        return _names;
    }

    // Names of one row; gives the number of one of them.
    private int Join(KeyedTable table, List<RowName> names)
    {
        int joined = -1;
        foreach ((UInt128 name, UInt128? spelling) in names)
        {
            if (!_numbers.TryGetValue(name, out int number))
            {
                if (_parents.Count >= MaximumNames)
                {
                    Doubt(string.Create(CultureInfo.InvariantCulture, $"more than {MaximumNames} keys and values would have to be kept"));
                    return joined;
                }

                number = _parents.Count;
                _parents.Add(number);
                _numbers.Add(name, number);
            }

            if (spelling is { } own && !_spellings.TryAdd(number, own) && _spellings[number] != own)
                _shared[number] = table.SharedDoubt;
            if (joined >= 0)
                _parents[Root(number)] = Root(joined);
            joined = number;
        }

        return joined;
    }

    private int Root(int number)
    {
        while (_parents[number] != number)
            number = _parents[number] = _parents[_parents[number]];
        return number;
    }

    /// <summary>What a row is known by.</summary>
    /// <param name="Name">One value for all keys that may be the same to the server.</param>
    /// <param name="Spelling">Another for each of them, where the server may tell them apart.</param>
    private readonly record struct RowName(UInt128 Name, UInt128? Spelling);

    /// <summary>How the rows of a table are known, in all of the logs.</summary>
    private sealed class KeyedTable
    {
        private readonly TableMap _map;
        private TableMap _last;
        private string? _lack;

        public KeyedTable(TableMap map)
        {
            _map = _last = map;
            if (IsKeyless && !map.IsPrimaryKeyKnown)
                _lack = $"the log does not say which columns are the key of {map.QualifiedName}; -SchemaPath, -Connection or -Server tells";
        }

        private int[] Key => _map.PrimaryKey;

        public bool IsKeyless => Key.Length == 0;

        /// <summary>Takes a row in that is to be undone.</summary>
        public void Take(TableMap of, in RowCursor row)
        {
            _lack ??= FindChange(of);
            if (IsKeyless && !(row.BeforeLayout.LacksOnlyGenerated && row.AfterLayout.LacksOnlyGenerated))
                _lack ??= $"{_map.QualifiedName} has no key, and the log holds only some columns of its rows";
        }

        /// <summary>Why a row cannot be told to be one of those to be undone; null where it can.</summary>
        public string? FindDoubt(TableMap of, in RowCursor row) => _lack ??= FindChange(of)
            ?? (RowKey.IsUnsure(_map, row.BeforeLayout, row.Before) ? RowKey.DoubtOfParts(_map) : null);

        /// <summary>The names of a row: its key, and its unique values.</summary>
        public void AddNames(RowLayout layout, ReadOnlySpan<byte> image, List<RowName> names)
        {
            if (NameOf(layout, image) is { } name)
                names.Add(new RowName(name, SpellingOf(layout, Key, image)));
            for (int i = 0; i < _map.UniqueKeys.Length; i++)
            {
                if (RowKey.OfUnique(_map, layout, _map.UniqueKeys[i], image) is { } value)
                    names.Add(new RowName(Salted(value, i), SpellingOf(layout, _map.UniqueKeys[i], image)));
            }
        }

        /// <summary>What is to be said of a row whose key is spelt as another's is not.</summary>
        public string SharedDoubt => RowKey.DoubtOf(_map);

        private UInt128? SpellingOf(RowLayout layout, int[] key, ReadOnlySpan<byte> image) =>
            RowKey.JoinsMuch(_map, key) ? RowKey.Of(_map, layout, key, image) : null;

        /// <summary>What a row is known by first; null where the image does not have it.</summary>
        public UInt128? NameOf(RowLayout layout, ReadOnlySpan<byte> image) => RowKey.NameOf(_map, layout, image);

        private string? FindChange(TableMap of)
        {
            if (of == _last)
                return null;
            _last = of;
            IEnumerable<int> compared = IsKeyless ? Enumerable.Range(0, _map.Columns.Length) : Key;
            bool isSame = of.Columns.Length == _map.Columns.Length && of.PrimaryKey.AsSpan().SequenceEqual(Key)
                && compared.All(k => IsSame(of.Columns[k], _map.Columns[k]));
            return isSame ? null : $"{_map.QualifiedName} was defined anew in between";
        }

        private static bool IsSame(ColumnDefinition one, ColumnDefinition other) => one.Type == other.Type
            && one.FixedLength == other.FixedLength && one.Scale == other.Scale && one.IsUnsigned == other.IsUnsigned;

        // A value of one key is not that of another.
        private static UInt128 Salted(UInt128 name, int key)
        {
            Span<byte> bytes = stackalloc byte[20];
            BinaryPrimitives.WriteUInt128LittleEndian(bytes, name);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], key);
            return RowKey.Of(bytes);
        }
    }
}
