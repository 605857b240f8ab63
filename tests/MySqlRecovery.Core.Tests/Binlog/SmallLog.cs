using System.Buffers.Binary;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Core.Tests.Binlog;

/// <summary>A binlog of a few bytes as a 5.1 server writes it: no checksums, rows of version 1.</summary>
internal sealed class SmallLog
{
    private readonly MemoryStream _log = new();

    public SmallLog(string serverVersion = "5.1.73", byte xidHeaderLength = 0)
    {
        _log.Write([0xFE, 0x62, 0x69, 0x6E]);
        var body = new byte[57 + 27];
        body[0] = 4;
        Encoding.ASCII.GetBytes(serverVersion, body.AsSpan(2));
        body[56] = EventHeader.Size;
        body[57 + (int)BinlogEventType.Xid - 1] = xidHeaderLength;
        body[57 + (int)BinlogEventType.TableMap - 1] = 8;
        Add(BinlogEventType.FormatDescription, body);
    }

    public byte[] Bytes => _log.ToArray();

    public SmallLog Add(BinlogEventType type, params byte[] body)
    {
        var raw = new byte[EventHeader.Size + body.Length];
        new EventHeader(1, type, 1, (uint)raw.Length, (uint)(_log.Length + raw.Length), EventFlags.None).Write(raw);
        body.CopyTo(raw, EventHeader.Size);
        _log.Write(raw);
        return this;
    }

    /// <summary>Table <c>d.t</c> with one column.</summary>
    public SmallLog AddTable(byte type, params byte[] metadata) =>
        Add(BinlogEventType.TableMap, [1, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 1, type, (byte)metadata.Length, .. metadata, 1]);

    /// <summary>Inserts rows of one value each that is not NULL.</summary>
    public SmallLog AddInsert(params byte[][] values) =>
        Add(BinlogEventType.WriteRowsV1, [1, 0, 0, 0, 0, 0, 1, 0, 1, 1, .. values.SelectMany(v => (byte[])[0, .. v])]);

    public string WriteTo(string folder)
    {
        string path = Path.Combine(folder, "binlog.000001");
        File.WriteAllBytes(path, Bytes);
        return path;
    }
}
