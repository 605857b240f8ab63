using System.Buffers.Binary;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;

namespace MySqlRecovery.Binlog.Reading;

/// <summary>
/// Joins the PARTIAL_ROW_DATA events that MariaDB 12.3+ cuts a large row event into (binlog_row_event_fragment_threshold):
/// number of parts 4, number of this part 4 from 1 on, flags 1, with flag 1 the size of the whole 8, then bytes of the row
/// event, its header included.
/// </summary>
internal sealed class PartialRows
{
    private const byte HasSize = 1;
    private byte[] _raw = [];
    private int _length;
    private uint _count, _next;
    private ulong? _size;

    /// <summary>The row event: header and body, no checksum.</summary>
    public ReadOnlySpan<byte> Raw => _raw.AsSpan(0, _length);

    /// <summary>Its header; the length is that of <see cref="Raw"/>.</summary>
    public EventHeader Header { get; private set; }

    /// <summary>Whether the body of a part is that of the first one.</summary>
    public static bool IsFirst(ReadOnlySpan<byte> body) =>
        body.Length >= 2 * sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(body[sizeof(uint)..]) == 1;

    /// <summary>Begins with the next part anew.</summary>
    public void Clear()
    {
        (_length, _count, _next, _size) = (0, 0, 1, null);
    }

    /// <summary>Takes the body of the next part; true when it was the last.</summary>
    public bool Add(ReadOnlySpan<byte> body)
    {
        var cursor = new ByteCursor(body);
        (uint count, uint number) = (cursor.ReadUInt32(), cursor.ReadUInt32());
        if ((cursor.ReadByte() & HasSize) != 0)
            _size = cursor.ReadUInt64();
        if (_next == 1)
            _count = count;
        if (number != _next || count != _count || number > count)
            throw new InvalidDataException($"part {number} of {count} of a row event stands where part {_next} is to come");
        Append(cursor.Rest);
        _next++;
        if (number < count)
            return false;
        Finish();
        return true;
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        long length = (long)_length + part.Length;
        if (length > FileEventReader.MaximumEventLength || (ulong)length > _size)
            throw new InvalidDataException($"the parts of a row event of {_size} bytes have {length} bytes to part {_next}");
        if (length > _raw.Length)
            Array.Resize(ref _raw, (int)Math.Max(length, Math.Min(2L * _raw.Length, FileEventReader.MaximumEventLength)));
        part.CopyTo(_raw.AsSpan(_length));
        _length = (int)length;
    }

    private void Finish()
    {
        if (_length < EventHeader.Size || (_size is { } size && (ulong)_length != size))
            throw new InvalidDataException($"the parts of a row event of {_size} bytes have {_length} bytes");
        EventHeader header = EventHeader.Parse(Raw);
        if (!header.Type.IsRows())
            throw new InvalidDataException($"the parts give a {header.Type} event, not a row event");
        if (header.Length == _length && Crc32.EndsWithChecksum(Raw))
            _length -= sizeof(uint);
        Header = header with { Length = (uint)_length };
        Header.Write(_raw);
    }
}
