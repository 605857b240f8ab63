using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Reading;

/// <summary>
/// MariaDB's compressed events (log_bin_compress, 10.2.3+): the statement of a query event or the rows of a row event are
/// replaced by one byte (bits 4 to 6 the algorithm, 0 zlib; bits 0 to 2 the bytes of the length), the uncompressed length
/// big-endian, and zlib data; all that comes before stays as it is (MariaDB: sql/log_event.cc <c>binlog_buf_uncompress</c>).
/// </summary>
internal sealed class MariaDbCompression : IDisposable
{
    private readonly TextBuffer _raw = new();

    /// <summary>The event as it would be without compression: plain type, no checksum.</summary>
    public ReadOnlySpan<byte> Raw => _raw.Written;

    public void Expand(EventHeader header, ReadOnlySpan<byte> body, int tableIdLength)
    {
        int head = header.Type == BinlogEventType.MariaDbQueryCompressed ? QueryHead(body) : RowsHead(header.Type, body, tableIdLength);
        _raw.Clear();
        Span<byte> start = _raw.Reserve(EventHeader.Size + head);
        (header with { Type = header.Type.Uncompressed() }).Write(start);
        body[..head].CopyTo(start[EventHeader.Size..]);
        _raw.Advance(EventHeader.Size + head);
        Inflate(body[head..]);
    }

    public void Dispose() => _raw.Dispose();

    private static int QueryHead(ReadOnlySpan<byte> body)
    {
        var cursor = new ByteCursor(body);
        cursor.Skip(8);
        int database = cursor.ReadByte();
        cursor.Skip(2);
        cursor.Skip(cursor.ReadUInt16());
        cursor.Skip(database + 1);
        return cursor.Position;
    }

    private static int RowsHead(BinlogEventType type, ReadOnlySpan<byte> body, int tableIdLength)
    {
        var cursor = new ByteCursor(body);
        cursor.Skip(tableIdLength + 2);
        if (type.HasExtraRowInfo())
            cursor.Skip(Math.Max(0, cursor.ReadUInt16() - 2));
        int bitmap = (int)Math.Min((cursor.ReadLengthEncoded() + 7) / 8, int.MaxValue);
        cursor.Skip(bitmap);
        if (type.Operation() == RowOperation.Update)
            cursor.Skip(bitmap);
        return cursor.Position;
    }

    private void Inflate(ReadOnlySpan<byte> compressed)
    {
        var cursor = new ByteCursor(compressed);
        byte first = cursor.ReadByte();
        if ((first & 0xF0) != 0x80 || (first & 7) is 0 or > 4)
            throw new InvalidDataException($"a compressed block that starts with 0x{first:X2}");
        uint length = 0;
        for (int i = 0; i < (first & 7); i++)
            length = length << 8 | cursor.ReadByte();
        using var stream = new InflatingStream(new MemoryStream(cursor.Rest.ToArray()));
        for (uint left = length; left > 0;)
        {
            Span<byte> target = _raw.Reserve((int)Math.Min(left, 64 << 10));
            int got = stream.Read(target[..(int)Math.Min(left, (uint)target.Length)]);
            if (got == 0)
                throw new EndOfStreamException($"a compressed block is {left} bytes shorter than its length says");
            _raw.Advance(got);
            left -= (uint)got;
        }
    }
}
