using System.Buffers.Binary;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Consistency.Logs;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Core.Tests.Consistency.Logs;

/// <summary>A log of transactions that each insert a row of two integers, as MySQL writes it.</summary>
internal sealed class TransactionLog
{
    public static readonly Guid Uuid = Guid.Parse("11111111-2222-3333-4444-555555555555");

    private readonly MemoryStream _log = new();
    private readonly uint _server;
    private readonly bool _isMinimal;

    /// <param name="server">Whose log it is.</param>
    /// <param name="executed">GTID numbers that the log says were done before it; null writes nothing about it.</param>
    /// <param name="isMinimal">Whether images lack the second column.</param>
    public TransactionLog(uint server, (long First, long Last)? executed = null, bool isMinimal = false)
    {
        (_server, _isMinimal) = (server, isMinimal);
        _log.Write([0xFE, 0x62, 0x69, 0x6E]);
        byte[] format = FormatDescriptionEvent.ForMySql(new Version(9, 7)).Raw;
        Add(BinlogEventType.FormatDescription, server, 1, format[EventHeader.Size..^4]);
        if (executed is { } range)
            Add(BinlogEventType.PreviousGtids, server, 1,
                [.. Number(1), .. Uuid.ToByteArray(bigEndian: true), .. Number(1), .. Number(range.First), .. Number(range.Last + 1)]);
    }

    public byte[] Bytes => _log.ToArray();

    /// <summary>A transaction with one row.</summary>
    /// <param name="gtid">Number of its GTID; 0 for an anonymous one.</param>
    /// <param name="id">The row's first value.</param>
    /// <param name="time">When it began.</param>
    /// <param name="server">Who wrote it; by default whose log it is.</param>
    /// <param name="table">The tables, with commas between them; null for a transaction that changes nothing.</param>
    /// <param name="thread">The session.</param>
    public TransactionLog Insert(long gtid, int id, uint time, uint? server = null, string? table = "t", uint thread = 9)
    {
        uint writer = server ?? _server;
        Add(gtid == 0 ? BinlogEventType.AnonymousGtid : BinlogEventType.Gtid, writer, time,
            [1, .. gtid == 0 ? new byte[16] : Uuid.ToByteArray(bigEndian: true), .. Number(gtid)]);
        Statement("BEGIN", writer, time, thread);
        foreach (string name in table?.Split(',') ?? [])
        {
            // The replica numbers its tables itself.
            byte[] tableId = [(byte)_server, (byte)name[0], 0, 0, 0, 0];
            Add(BinlogEventType.TableMap, writer, time,
                [.. tableId, 1, 0, 1, (byte)'d', 0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), 0, 2, 3, 3, 0, 0]);
            byte[] row = [0xFC, .. Number(id)[..4], .. _isMinimal ? [] : Number(id * 10)[..4]];
            Add(BinlogEventType.WriteRows, writer, time, [.. tableId, 1, 0, 2, 0, 2, (byte)(_isMinimal ? 1 : 3), .. row]);
        }

        Add(BinlogEventType.Xid, writer, time, Number(_log.Length));
        return this;
    }

    public TransactionLog Statement(string sql, uint server, uint time, uint thread = 9)
    {
        byte[] threadId = Number(thread)[..4];
        Add(BinlogEventType.Query, server, time, [.. threadId, 0, 0, 0, 0, 1, 0, 0, 0, 0, (byte)'d', 0, .. Encoding.UTF8.GetBytes(sql)]);
        return this;
    }

    public FileLogSeries Series(string folder, string name, CancellationToken token) => Series(folder, name, Bytes, token);

    public static FileLogSeries Series(string folder, string name, byte[] log, CancellationToken token)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllBytes(path, log);
        return new FileLogSeries([path], null, token);
    }

    private void Add(BinlogEventType type, uint server, uint time, byte[] body)
    {
        var raw = new byte[EventHeader.Size + body.Length + 4];
        new EventHeader(time, type, server, (uint)raw.Length, (uint)(_log.Length + raw.Length), EventFlags.None).Write(raw);
        body.CopyTo(raw, EventHeader.Size);
        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan()[^4..], Crc32.Compute(raw.AsSpan()[..^4]));
        _log.Write(raw);
    }

    private static byte[] Number(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }
}
