using System.Buffers.Binary;
using MySqlRecovery.IO;

namespace MySqlRecovery.History;

/// <summary>
/// What the rows that changed since a dump are at the end of the log: the last change of a key tells. In a table without key,
/// equal rows are counted.
/// </summary>
/// <param name="hasKey">Whether rows have a key.</param>
/// <param name="maximumMemory">Bytes of memory for the keys.</param>
internal sealed class LastRows(bool hasKey, long maximumMemory) : IDisposable
{
    private const int EntrySize = 24;

    private readonly RowSpool _rows = new();
    private readonly SpoolFile _changes = SpoolFile.Create();
    private readonly Dictionary<UInt128, (long Net, long At)> _equal = [];
    private TouchedKeys _touched = new(maximumMemory / 2);
    private long _begin;

    /// <summary>Whether the rows of the dump went all at once, so that none of them counts.</summary>
    public bool IsEmptied { get; private set; }

    /// <summary>The row of a key is this from here on; null: there is none.</summary>
    public void Set(UInt128 key, byte[]?[]? values, (int Log, long Position) place)
    {
        _touched.Add(key);
        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteUInt128LittleEndian(entry, key);
        BinaryPrimitives.WriteInt64LittleEndian(entry[16..], values == null ? -1 : _rows.Append(values, place));
        _changes.Append(entry);
    }

    /// <summary>A row without key comes (1) or goes (-1).</summary>
    public void Count(byte[]?[] values, int number, (int Log, long Position) place)
    {
        UInt128 hash = AsOfColumns.HashOf(values);
        (long net, long at) = _equal.TryGetValue(hash, out (long, long) known) ? known : (0, _rows.Append(values, place));
        _equal[hash] = (net + number, at);
    }

    /// <summary>All rows went: those of the dump, and those that changed since.</summary>
    public void Empty()
    {
        IsEmptied = true;
        _touched.Dispose();
        _touched = new TouchedKeys(maximumMemory / 2);
        _equal.Clear();
        _begin = _changes.Length;
    }

    /// <summary>Whether a row of the dump is still there as it was.</summary>
    public bool IsUnchanged(AsOfColumns columns, byte[]?[] values)
    {
        if (hasKey)
            return !_touched.Contains(columns.KeyOf(values));
        UInt128 hash = AsOfColumns.HashOf(values);
        if (!_equal.TryGetValue(hash, out (long Net, long At) known) || known.Net >= 0)
            return true;
        _equal[hash] = (known.Net + 1, known.At);
        return false;
    }

    /// <summary>The rows that changed and are there, once those of the dump have been asked about.</summary>
    public IEnumerable<(byte[]?[] Values, int Log, long Position)> Read()
    {
        foreach ((long net, long at) in _equal.Values)
        {
            for (long i = 0; i < net; i++)
                yield return _rows.Read(at, out _);
        }

        // From the last change back, the first of each key.
        using var done = new TouchedKeys(maximumMemory / 2);
        var entry = new byte[EntrySize];
        for (long at = _changes.Length - EntrySize; at >= _begin; at -= EntrySize)
        {
            _changes.Read(at, entry);
            long row = BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(16));
            if (done.Add(BinaryPrimitives.ReadUInt128LittleEndian(entry)) && row >= 0)
                yield return _rows.Read(row, out _);
        }
    }

    public void Dispose()
    {
        _rows.Dispose();
        _changes.Dispose();
        _touched.Dispose();
    }
}
