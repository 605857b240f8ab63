using System.Buffers.Binary;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Model;

namespace MySqlRecovery.Core.Tests.Binlog;

/// <summary>A binlog of a few bytes as a 5.1 server writes it: no checksums, rows of version 1.</summary>
internal sealed class SmallLog
{
    private readonly MemoryStream _log = new();

    /// <param name="serverVersion">What the server calls itself.</param>
    /// <param name="xidHeaderLength">Post-header length of XID events, which tells apart how events are numbered.</param>
    /// <param name="created">When the server began the log, where it was the first since its start.</param>
    /// <param name="flags">Of the format description.</param>
    public SmallLog(
        string serverVersion = "5.1.73", byte xidHeaderLength = 0, uint created = 0, EventFlags flags = EventFlags.None)
    {
        _log.Write([0xFE, 0x62, 0x69, 0x6E]);
        var body = new byte[57 + 27];
        body[0] = 4;
        Encoding.ASCII.GetBytes(serverVersion, body.AsSpan(2));
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(52), created);
        body[56] = EventHeader.Size;
        body[57 + (int)BinlogEventType.Xid - 1] = xidHeaderLength;
        body[57 + (int)BinlogEventType.TableMap - 1] = 8;
        Add(BinlogEventType.FormatDescription, flags, body);
    }

    public byte[] Bytes => _log.ToArray();

    public SmallLog Add(BinlogEventType type, params byte[] body) => Add(type, EventFlags.None, body);

    private SmallLog Add(BinlogEventType type, EventFlags flags, byte[] body)
    {
        var raw = new byte[EventHeader.Size + body.Length];
        new EventHeader(1, type, 1, (uint)raw.Length, (uint)(_log.Length + raw.Length), flags).Write(raw);
        body.CopyTo(raw, EventHeader.Size);
        _log.Write(raw);
        return this;
    }

    /// <summary>Table <c>d.t</c> with one column.</summary>
    public SmallLog AddTable(byte type, params byte[] metadata) =>
        Add(BinlogEventType.TableMap,
            [1, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 1, type, (byte)metadata.Length, .. metadata, 1]);

    /// <summary>Inserts rows of one value each that is not NULL.</summary>
    public SmallLog AddInsert(params byte[][] values) =>
        Add(BinlogEventType.WriteRowsV1, [1, 0, 0, 0, 0, 0, 1, 0, 1, 1, .. values.SelectMany(v => (byte[])[0, .. v])]);

    /// <summary>Where the next event starts.</summary>
    public long End => _log.Length;

    /// <summary>A statement, or the BEGIN of a transaction.</summary>
    public SmallLog AddStatement(string sql, string database = "d", byte thread = 7) => Add(
        BinlogEventType.Query,
        [thread, 0, 0, 0, 0, 0, 0, 0, (byte)database.Length, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(database), 0,
            .. Encoding.UTF8.GetBytes(sql)]);

    public SmallLog AddBegin(byte thread = 7) => AddStatement("BEGIN", thread: thread);

    public SmallLog AddCommit() => Add(BinlogEventType.Xid, new byte[8]);

    /// <summary>
    /// A table <c>d.</c><paramref name="name"/> of INT columns that may be NULL, with their names, and a key where one is given.
    /// </summary>
    public SmallLog AddInts(byte id, string name, string[] columns, params byte[] key)
    {
        byte[] names = [.. columns.SelectMany(c => (byte[])[(byte)c.Length, .. Encoding.UTF8.GetBytes(c)])];
        byte[] nullable = new byte[(columns.Length + 7) / 8];
        Array.Fill(nullable, (byte)0xFF);
        byte[] keyField = key.Length == 0 ? [] : [8, (byte)key.Length, .. key];
        return Add(
            BinlogEventType.TableMap,
            [id, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, (byte)name.Length, .. Encoding.UTF8.GetBytes(name), 0, (byte)columns.Length,
                .. Enumerable.Repeat((byte)ColumnType.Long, columns.Length), 0, .. nullable, 4, (byte)names.Length, .. names, .. keyField]);
    }

    /// <summary>Rows of a table of INT columns: one image each for inserts and deletes, before and after in turn for updates.</summary>
    public SmallLog AddRows(BinlogEventType type, byte id, params int?[][] images)
    {
        int count = images[0].Length;
        byte[] present = new byte[(count + 7) / 8];
        for (int i = 0; i < count; i++)
            present[i / 8] |= (byte)(1 << i % 8);
        byte[] presentAfter = type == BinlogEventType.UpdateRowsV1 ? present : [];
        return Add(type, [id, 0, 0, 0, 0, 0, 1, 0, (byte)count, .. present, .. presentAfter, .. images.SelectMany(Image)]);
    }

    public string WriteTo(string folder)
    {
        string path = Path.Combine(folder, "binlog.000001");
        File.WriteAllBytes(path, Bytes);
        return path;
    }

    private static byte[] Image(int?[] values)
    {
        byte[] nulls = new byte[(values.Length + 7) / 8];
        for (int i = 0; i < values.Length; i++)
            nulls[i / 8] |= (byte)(values[i] == null ? 1 << i % 8 : 0);
        return [.. nulls, .. values.Where(v => v != null).SelectMany(v => BitConverter.GetBytes(v!.Value))];
    }
}
