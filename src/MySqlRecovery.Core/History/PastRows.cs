using System.Buffers.Binary;
using MySqlRecovery.IO;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>
/// What the rows that changed since a moment were at that moment. The first change of a key tells: its image of before is
/// the row, and where it has none there was no row. In a table without key, equal rows are counted.
/// </summary>
internal sealed class PastRows : IDisposable
{
    private readonly TouchedKeys _touched;
    private readonly SpoolFile _file = SpoolFile.Create();
    private readonly TextBuffer _record = new();
    private readonly Dictionary<UInt128, (long Net, long At)> _equal = [];
    private readonly bool _hasKey;

    /// <param name="hasKey">Whether rows have a key.</param>
    /// <param name="maximumMemory">Bytes of memory for the keys.</param>
    public PastRows(bool hasKey, long maximumMemory) => (_hasKey, _touched) = (hasKey, new TouchedKeys(maximumMemory));

    /// <summary>Whether nothing changed.</summary>
    public bool IsEmpty => _touched.Count == 0 && _equal.Count == 0;

    /// <summary>Takes note of a key; whether it is the first time.</summary>
    public bool Touch(UInt128 key) => _touched.Add(key);

    /// <summary>A row that was there, by its key.</summary>
    /// <param name="values">Its values.</param>
    /// <param name="place">The number of the log that has it, and the position there.</param>
    public void Add(byte[]?[] values, (int Log, long Position) place) => Append(values, place);

    /// <summary>A row without key that was there (1) or was not yet there (-1).</summary>
    public void Count(byte[]?[] values, int number, (int Log, long Position) place)
    {
        UInt128 hash = AsOfColumns.HashOf(values);
        (long net, long at) = _equal.TryGetValue(hash, out (long, long) known) ? known : (0, Append(values, place));
        _equal[hash] = (net + number, at);
    }

    /// <summary>Whether a row of the present table is one of then: it has not changed since.</summary>
    public bool IsOfThen(AsOfColumns columns, byte[]?[] values)
    {
        if (_hasKey)
            return _touched.Count == 0 || !_touched.Contains(columns.KeyOf(values));
        if (_equal.Count == 0 || !_equal.TryGetValue(AsOfColumns.HashOf(values), out (long Net, long At) known) || known.Net >= 0)
            return true;
        _equal[AsOfColumns.HashOf(values)] = (known.Net + 1, known.At);
        return false;
    }

    /// <summary>The rows of then that have changed since, once the present ones have been asked about.</summary>
    public IEnumerable<(byte[]?[] Values, int Log, long Position)> Read()
    {
        if (!_hasKey)
        {
            foreach ((long net, long at) in _equal.Values)
            {
                for (long i = 0; i < net; i++)
                    yield return ReadRecord(at, out _);
            }

            yield break;
        }

        for (long at = 0; at < _file.Length;)
            yield return ReadRecord(at, out at);
    }

    public void Dispose()
    {
        _touched.Dispose();
        _file.Dispose();
        _record.Dispose();
    }

    // Length of the record, log, position, number of values; each value with its length, -1 for NULL.
    private long Append(byte[]?[] values, (int Log, long Position) place)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        _record.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(number, place.Position);
        _record.Append(number);
        AppendNumber(place.Log);
        AppendNumber(values.Length);
        foreach (byte[]? value in values)
        {
            AppendNumber(value?.Length ?? -1);
            _record.Append(value);
        }

        long at = _file.Length;
        BinaryPrimitives.WriteInt64LittleEndian(number, _record.Length);
        _file.Append(number);
        _file.Append(_record.Written);
        return at;
    }

    private void AppendNumber(int value)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(number, value);
        _record.Append(number);
    }

    private (byte[]?[] Values, int Log, long Position) ReadRecord(long at, out long next)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        _file.Read(at, number);
        var bytes = new byte[BinaryPrimitives.ReadInt64LittleEndian(number)];
        _file.Read(at + number.Length, bytes);
        next = at + number.Length + bytes.Length;
        var cursor = new ByteCursor(bytes);
        long position = (long)cursor.ReadUInt64();
        int log = (int)cursor.ReadUInt32();
        var values = new byte[]?[(int)cursor.ReadUInt32()];
        for (int i = 0; i < values.Length; i++)
        {
            int length = (int)cursor.ReadUInt32();
            values[i] = length < 0 ? null : cursor.Take(length).ToArray();
        }

        return (values, log, position);
    }
}
