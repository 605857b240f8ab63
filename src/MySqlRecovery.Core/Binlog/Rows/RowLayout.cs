using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>
/// How row images of one set of columns are laid out: null bits (one a present column), then the values that are not
/// NULL, packed. Compiled once a table: a row without NULLs is walked in as many steps as it has length prefixes.
/// </summary>
internal sealed class RowLayout
{
    private readonly int[] _fixed;
    private readonly byte[] _prefix;
    private readonly Step[] _steps;
    private readonly int _tail;
    private readonly byte _lastNullMask;

    public RowLayout(ColumnDefinition[] columns)
        : this(columns, [.. Enumerable.Range(0, columns.Length)])
    {
    }

    private RowLayout(ColumnDefinition[] columns, int[] ordinals)
    {
        Columns = columns;
        Ordinals = ordinals;
        NullBytes = (ordinals.Length + 7) / 8;
        _lastNullMask = (byte)(ordinals.Length % 8 == 0 ? 0xFF : (1 << ordinals.Length % 8) - 1);
        (_fixed, _prefix) = (new int[ordinals.Length], new byte[ordinals.Length]);
        var steps = new Step[ordinals.Length];
        int count = 0, run = 0;
        for (int i = 0; i < ordinals.Length; i++)
        {
            ColumnDefinition column = columns[ordinals[i]];
            (_fixed[i], _prefix[i]) = (column.FixedLength, (byte)column.PrefixLength);
            run += column.FixedLength;
            if (column.PrefixLength == 0)
                continue;
            steps[count++] = new Step(run, _prefix[i]);
            run = 0;
        }

        _steps = steps[..count];
        _tail = run;
    }

    /// <summary>All columns of the table.</summary>
    public ColumnDefinition[] Columns { get; }

    /// <summary>Indexes into <see cref="Columns"/> of those that are in the image, ascending.</summary>
    public int[] Ordinals { get; }

    public int NullBytes { get; }

    /// <summary>JSON columns of the table, present or not.</summary>
    public int JsonColumnCount => Columns.Count(c => c.Type == ColumnType.Json);

    /// <summary>Whether every column of the table is in the image.</summary>
    public bool IsFull => Ordinals.Length == Columns.Length;

    /// <summary>Whether the image lacks nothing but columns that a schema knows to be computed, as full ones of MariaDB 11.8 do.</summary>
    public bool LacksOnlyGenerated => IsFull || !Columns.Where((c, i) => !c.IsGenerated && Array.IndexOf(Ordinals, i) < 0).Any();

    /// <summary>Where in <see cref="Ordinals"/> a column is; -1 where the image lacks it.</summary>
    public int IndexOf(int ordinal) => IsFull ? ordinal : Array.IndexOf(Ordinals, ordinal);

    /// <summary>The layout of an image that has only the columns whose bits are set.</summary>
    public RowLayout Select(ReadOnlySpan<byte> presentBits)
    {
        var ordinals = new List<int>(Columns.Length);
        for (int i = 0; i < Columns.Length; i++)
        {
            if ((presentBits[i / 8] & 1 << i % 8) != 0)
                ordinals.Add(i);
        }

        return ordinals.Count == Columns.Length ? this : new RowLayout(Columns, [.. ordinals]);
    }

    /// <summary>Length in bytes of the image that <paramref name="data"/> starts with.</summary>
    [MethodImpl(Jit.Hot)]
    public int Measure(ReadOnlySpan<byte> data)
    {
        if (data.Length < NullBytes)
            throw Beyond(data.Length);
        if (HasNull(data))
            return MeasureWithNulls(data);

        int at = NullBytes;
        foreach (Step step in _steps)
        {
            at += step.Fixed;
            at = SkipPrefixed(data, at, step.Prefix);
        }

        at += _tail;
        return (uint)at <= (uint)data.Length ? at : throw Beyond(data.Length);
    }

    /// <summary>Where each present column's value lies in an image that has been measured; NULL has length -1.</summary>
    [MethodImpl(Jit.Hot)]
    public void Locate(ReadOnlySpan<byte> image, Span<ValueRange> ranges) => Locate(image, ranges, Ordinals.Length);

    /// <summary>The same for as many of the first columns as there is room for.</summary>
    [MethodImpl(Jit.Hot)]
    public void LocateFirst(ReadOnlySpan<byte> image, Span<ValueRange> ranges) =>
        Locate(image, ranges, Math.Min(Ordinals.Length, ranges.Length));

    [MethodImpl(Jit.Hot)]
    private void Locate(ReadOnlySpan<byte> image, Span<ValueRange> ranges, int count)
    {
        int at = NullBytes;
        for (int i = 0; i < count; i++)
        {
            if ((image[i >> 3] & 1 << (i & 7)) != 0)
            {
                ranges[i] = new ValueRange(at, -1);
                continue;
            }

            int prefix = _prefix[i];
            int length = prefix == 0 ? _fixed[i] : ReadPrefix(image, at, prefix);
            at += prefix;
            ranges[i] = new ValueRange(at, length);
            at += length;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool HasNull(ReadOnlySpan<byte> data)
    {
        int last = NullBytes - 1;
        if (last < 0)
            return false;
        return (data[last] & _lastNullMask) != 0 || (last > 0 && data[..last].ContainsAnyExcept((byte)0));
    }

    [MethodImpl(Jit.Hot)]
    private int MeasureWithNulls(ReadOnlySpan<byte> data)
    {
        int at = NullBytes;
        for (int i = 0; i < _prefix.Length; i++)
        {
            if ((data[i >> 3] & 1 << (i & 7)) != 0)
                continue;
            at = _prefix[i] == 0 ? at + _fixed[i] : SkipPrefixed(data, at, _prefix[i]);
            if ((uint)at > (uint)data.Length)
                throw Beyond(data.Length);
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipPrefixed(ReadOnlySpan<byte> data, int at, int prefix)
    {
        if ((uint)(at + prefix) > (uint)data.Length)
            throw Beyond(data.Length);
        int length = ReadPrefix(data, at, prefix);
        at += prefix;
        return (uint)length <= (uint)(data.Length - at) ? at + length : throw Beyond(data.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadPrefix(ReadOnlySpan<byte> data, int at, int prefix) => prefix switch
    {
        1 => data[at],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(data[at..]),
        3 => data[at] | data[at + 1] << 8 | data[at + 2] << 16,
        _ => BinaryPrimitives.ReadInt32LittleEndian(data[at..]),
    };

    private static EndOfStreamException Beyond(int length) => new($"a row image goes beyond the {length} bytes that are left of its event");

    private readonly record struct Step(int Fixed, int Prefix);
}
