using System.Buffers.Binary;
using MySqlRecovery.IO;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>Rows in a temporary file: their values, and the place in the log that has them.</summary>
internal sealed class RowSpool : IDisposable
{
    private readonly SpoolFile _file = SpoolFile.Create();
    private readonly TextBuffer _record = new();

    public long Length => _file.Length;

    /// <summary>Appends a row and gives where it is.</summary>
    // Length of the record, position, log, number of values; each value with its length, -1 for NULL.
    public long Append(byte[]?[] values, (int Log, long Position) place)
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

    /// <summary>A row, and where the next one is.</summary>
    public (byte[]?[] Values, int Log, long Position) Read(long at, out long next)
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

    public void Dispose()
    {
        _file.Dispose();
        _record.Dispose();
    }

    private void AppendNumber(int value)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(number, value);
        _record.Append(number);
    }
}
