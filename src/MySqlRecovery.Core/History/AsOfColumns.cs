using System.Collections.Specialized;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Restore;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>
/// The columns of a table as it was at the moment, in the forms in which the log and the server give them: values as
/// <see cref="StoredValue"/> has them, the key first, then the columns that were asked for.
/// </summary>
internal sealed class AsOfColumns
{
    private readonly TableEras _eras;
    private readonly TableEra _moment;
    private readonly EraColumn[] _shown;
    private readonly PastColumn[] _read;
    private readonly ColumnDefinition[] _definitions;
    private readonly int[] _places;
    private readonly string[] _key;
    private readonly string[] _generated;
    private readonly Dictionary<TableMap, int[]> _ordinals = new(ReferenceEqualityComparer.Instance);

    /// <param name="eras">The table.</param>
    /// <param name="moment">The era of the moment: the first, or, after a dump, the last.</param>
    /// <param name="chosen">The columns to give, by their names of then; empty for all.</param>
    /// <param name="isMariaDb">Whether the server is a MariaDB.</param>
    /// <exception cref="RecoveryException">ColumnUnknown, AsOfDefinitionChanged.</exception>
    public AsOfColumns(TableEras eras, TableEra moment, IReadOnlyList<string> chosen, bool isMariaDb)
    {
        (_eras, _moment) = (eras, moment);
        EraColumn[] all = [.. moment.Columns, .. moment.Unplaced];
        _shown = chosen.Count == 0 ? all : [.. chosen.Select(
            name => Array.Find(all, c => IsSame(c.Name, name)) ?? throw new RecoveryException(
                "ColumnUnknown", RecoveryErrorKind.ObjectNotFound, $"{moment.Name} has no column {name}"))];
        _read = [.. eras.Key, .. _shown.Select(c => c.Column).Except(eras.Key)];
        _places = Array.ConvertAll(_shown, c => Array.IndexOf(_read, c.Column));
        _definitions = Array.ConvertAll(_read, c => Define(all.First(a => a.Column == c), isMariaDb));
        _key = [.. eras.Key.Select(k => all.FirstOrDefault(a => a.Column == k)?.Name ?? string.Empty)];
        _generated = [.. _shown.Where(c => c.Definition?.IsGenerated == true).Select(c => c.Name)];
    }

    /// <summary>How many of the values are the key.</summary>
    public int KeyCount => _eras.Key.Count;

    /// <summary>How many values a row has.</summary>
    public int Count => _read.Length;

    /// <summary>Why what the server has now does not tell what was; null where it does.</summary>
    public string? FindLoss() =>
        _read.Select(c => c.FindLoss() is { } loss ? $"column {NameOf(c)} {loss}" : null).FirstOrDefault(l => l != null);

    /// <summary>The expressions that give the values of the server's table.</summary>
    public string Select =>
        string.Join(", ", _read.Select((c, i) => StoredValue.Expression(_definitions[i], SqlIdentifier.Quote(c.Last!))));

    /// <summary>Where in an era's columns the values are; null, with the column, where it has not all of them as they are at the
    /// moment.</summary>
    public int[]? PlacesIn(TableEra era, out string? unknown)
    {
        int[] places = Array.ConvertAll(_read, c => Array.FindIndex(era.Columns, e => e.Column == c));
        int missing = Array.IndexOf(places, -1);
        PastColumn? changed = Array.Find(_read, c => c.Redefinitions.Exists(r => r.IsKept != true));
        unknown = missing < 0 && changed == null ? null
            : NameOf(missing < 0 ? changed! : _read[missing]);
        return unknown == null ? places : null;
    }

    /// <summary>The values of a row of the server.</summary>
    public byte[]? OfServer(int column, byte[]? value, TextBuffer scratch) =>
        value == null ? null : StoredValue.OfServer(_definitions[column], value, scratch);

    /// <summary>Where in a table map the values are; null, with the column, where one is not known.</summary>
    public int[]? OrdinalsOf(TableMap map, TableEra era, out string? unknown)
    {
        unknown = null;
        if (_ordinals.TryGetValue(map, out int[]? ordinals))
            return ordinals;
        ordinals = Array.ConvertAll(_read, c => era.IndexOf(map, c));
        int missing = Array.IndexOf(ordinals, -1);
        unknown = missing < 0 ? null : NameOf(_read[missing]);
        if (missing >= 0)
            return null;
        _ordinals.Add(map, ordinals);
        return ordinals;
    }

    /// <summary>Whether two rows have one key.</summary>
    public bool HaveSameKey(byte[]?[] one, byte[]?[] other)
    {
        for (int i = 0; i < _eras.Key.Count; i++)
        {
            if (!StoredRow.IsSame(one[i], other[i]))
                return false;
        }

        return true;
    }

    /// <summary>A number that is the same for rows of one key, and for few others: what it costs is little.</summary>
    public int SieveOf(byte[]?[] values)
    {
        var hash = new HashCode();
        for (int i = 0; i < _eras.Key.Count; i++)
            hash.AddBytes(values[i]);
        return hash.ToHashCode();
    }

    /// <summary>The value by which a row is known.</summary>
    public UInt128 KeyOf(byte[]?[] values) => StoredRow.Hash(string.Empty, string.Empty, values.Take(_eras.Key.Count));

    /// <summary>The value by which a row without key is known.</summary>
    public static UInt128 HashOf(byte[]?[] values) => StoredRow.Hash(string.Empty, string.Empty, values);

    public TableRow ToRow(byte[]?[] values, string? server, string source)
    {
        TableName name = _moment.Name;
        return new TableRow
        {
            Server = server,
            Database = name.Database ?? string.Empty,
            Table = name.Name,
            State = TableRowState.Live,
            Source = source,
            GeneratedColumn = _generated,
            Pending = new ReadRow(this, values),
        };
    }

    private (OrderedDictionary? Key, OrderedDictionary Value) Decode(byte[]?[] values)
    {
        var value = new OrderedDictionary();
        for (int i = 0; i < _shown.Length; i++)
            value[_shown[i].Name] = Decode(_places[i], values);
        if (_key.Length == 0)
            return (null, value);
        var key = new OrderedDictionary(_key.Length, StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < _key.Length; i++)
            key[_key[i]] = Decode(i, values);
        return (key, value);
    }

    private string NameOf(PastColumn column) => _moment.Columns.Concat(_moment.Unplaced).First(c => c.Column == column).Name;

    private object? Decode(int column, byte[]?[] values) =>
        values[column] is { } value ? StoredValue.Decode(_definitions[column], value) : null;

    private static ColumnDefinition Define(EraColumn column, bool isMariaDb)
    {
        try
        {
            return (column.Definition ?? throw new InvalidDataException(column.Column.FindLoss() ?? "its definition is not known"))
                .ToDefinition(isMariaDb);
        }
        catch (InvalidDataException e)
        {
            throw AsOf.Changed($"column {column.Name} {e.Message}");
        }
    }

    /// <summary>A row that nobody has looked at.</summary>
    private sealed class ReadRow(AsOfColumns columns, byte[]?[] values) : ITableRowValues
    {
        public (OrderedDictionary? Key, OrderedDictionary Value) Decode() => columns.Decode(values);
    }

    private static bool IsSame(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
