using System.Buffers.Binary;
using System.Collections.Specialized;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>A row of all its columns: the image of a log, or what a server gave.</summary>
internal sealed class StoredRow
{
    private StoredRow(TableMap map, byte[]?[] values, byte[]? image)
    {
        Map = map;
        Values = values;
        Image = image;
    }

    public TableMap Map { get; }

    /// <summary>Its values as <see cref="StoredValue"/> has them, by ordinal; null for NULL.</summary>
    public byte[]?[] Values { get; }

    /// <summary>The image as logged; null for a row of a server.</summary>
    public byte[]? Image { get; }

    /// <summary>A row of a log.</summary>
    /// <exception cref="InvalidDataException">A value cannot be read.</exception>
    public static StoredRow OfImage(TableMap map, byte[] image, TextBuffer scratch)
    {
        var ranges = new ValueRange[map.Columns.Length];
        map.Layout.Locate(image, ranges);
        var values = new byte[]?[ranges.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = ranges[i].IsNull ? null : StoredValue.OfImage(map.Columns[i], ranges[i].Of(image), scratch);
        return new StoredRow(map, values, image);
    }

    /// <summary>A row of a server.</summary>
    public static StoredRow OfServer(TableMap map, byte[]?[] values) => new(map, values, null);

    /// <summary>A row of a server that <see cref="Pack"/> has made bytes of.</summary>
    public static StoredRow OfPacked(TableMap map, byte[] packed)
    {
        var values = new byte[]?[map.Columns.Length];
        int at = 0;
        for (int i = 0; i < values.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(at));
            at += sizeof(int);
            if (length < 0)
                continue;
            values[i] = packed[at..(at + length)];
            at += length;
        }

        return new StoredRow(map, values, null);
    }

    /// <summary>The values as bytes: of each its length (-1 for NULL), and it.</summary>
    public byte[] Pack()
    {
        var packed = new List<byte>();
        var length = new byte[sizeof(int)];
        foreach (byte[]? value in Values)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, value?.Length ?? -1);
            packed.AddRange(length);
            packed.AddRange(value ?? []);
        }

        return [.. packed];
    }

    /// <summary>A column's value in the image.</summary>
    public ReadOnlySpan<byte> ImageValue(int ordinal, out bool isNull)
    {
        var ranges = new ValueRange[Map.Columns.Length];
        Map.Layout.Locate(Image, ranges);
        isNull = ranges[ordinal].IsNull;
        return isNull ? default : ranges[ordinal].Of(Image);
    }

    public bool IsSame(StoredRow other, int ordinal) => IsSame(Values[ordinal], other.Values[ordinal]);

    /// <summary>A value of table and some columns to know a row by.</summary>
    public UInt128 Hash(IReadOnlyList<int> columns) => Hash(Map.Database, Map.Table, columns.Select(c => Values[c]));

    /// <summary>The same for an image, of which nothing else is decoded.</summary>
    public static UInt128 Hash(TableMap map, ReadOnlySpan<byte> image, IReadOnlyList<int> columns, TextBuffer scratch)
    {
        Span<ValueRange> ranges = map.Columns.Length <= 256
            ? stackalloc ValueRange[map.Columns.Length] : new ValueRange[map.Columns.Length];
        map.Layout.Locate(image, ranges);
        var values = new byte[]?[columns.Count];
        for (int i = 0; i < values.Length; i++)
        {
            ValueRange range = ranges[columns[i]];
            values[i] = range.IsNull ? null : StoredValue.OfImage(map.Columns[columns[i]], range.Of(image), scratch);
        }

        return Hash(map.Database, map.Table, values);
    }

    /// <summary>A value of a table and values.</summary>
    public static UInt128 Hash(string database, string table, IEnumerable<byte[]?> values)
    {
        using var bytes = new TextBuffer();
        bytes.Append(database);
        bytes.Append((byte)0);
        bytes.Append(table);
        foreach (byte[]? value in values)
        {
            bytes.Append((byte)0);
            bytes.Append(value?.Length ?? -1L);
            bytes.Append((byte)0);
            bytes.Append(value);
        }

        return RowKey.Of(bytes.Written);
    }

    /// <summary>The row for people, by column.</summary>
    public OrderedDictionary Decode() => Decode(Enumerable.Range(0, Values.Length));

    /// <summary>Some of its columns for people.</summary>
    public OrderedDictionary Decode(IEnumerable<int> columns)
    {
        var row = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (int i in columns)
            row[Map.Columns[i].Name] = Values[i] is { } value ? StoredValue.Decode(Map.Columns[i], value) : null;
        return row;
    }

    /// <summary>The key of an image, of which nothing else is decoded.</summary>
    public static OrderedDictionary DecodeKey(TableMap map, byte[] image, TextBuffer scratch)
    {
        var ranges = new ValueRange[map.Columns.Length];
        map.Layout.Locate(image, ranges);
        var key = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (int i in map.PrimaryKey)
        {
            key[map.Columns[i].Name] = ranges[i].IsNull
                ? null : StoredValue.Decode(map.Columns[i], StoredValue.OfImage(map.Columns[i], ranges[i].Of(image), scratch));
        }

        return key;
    }

    /// <summary>The row with the values of another in some columns.</summary>
    public StoredRow With(StoredRow other, Func<int, bool> isTaken)
    {
        if (Image == null)
            return new StoredRow(Map, [.. Values.Select((v, i) => isTaken(i) ? other.Values[i] : v)], null);
        RowLayout layout = Map.Layout;
        var mine = new ValueRange[Values.Length];
        var theirs = new ValueRange[Values.Length];
        layout.Locate(Image, mine);
        layout.Locate(other.Image, theirs);
        var image = new List<byte>(new byte[layout.NullBytes]);
        var values = new byte[]?[Values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            (StoredRow from, ValueRange range) = isTaken(i) ? (other, theirs[i]) : (this, mine[i]);
            values[i] = from.Values[i];
            if (range.IsNull)
            {
                image[i / 8] |= (byte)(1 << i % 8);
                continue;
            }

            int prefix = Map.Columns[i].PrefixLength;
            image.AddRange(from.Image.AsSpan(range.Start - prefix, prefix + range.Length));
        }

        return new StoredRow(Map, values, [.. image]);
    }

    internal static bool IsSame(byte[]? one, byte[]? other) =>
        one == null || other == null ? one == other : one.AsSpan().SequenceEqual(other);
}
