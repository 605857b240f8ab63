using System.Buffers.Binary;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Bench.Fuzz;

/// <summary>
/// What mutations start from: the logs of a folder without their long events, so that many fit into a minute; and those with
/// compressed transactions once more with the transactions stored as they are (compression 255), as mutations of compressed
/// bytes hardly ever come through the decoder.
/// </summary>
internal static class LogCorpus
{
    private const int MaximumEvent = 16 << 10;
    private const int MaximumLog = 256 << 10;

    public static byte[][] Load(string folder) =>
        [.. BinlogFolder.Find(folder).Select(File.ReadAllBytes).SelectMany(log => new[] { Rewrite(log, raw => raw), Rewrite(log, Store) })
            .DistinctBy(Convert.ToHexString)];

    private static byte[] Rewrite(byte[] log, Func<byte[], byte[]> rewrite)
    {
        var result = new MemoryStream();
        result.Write(log, 0, FileEventReader.FirstPosition);
        for (int at = FileEventReader.FirstPosition; at + EventHeader.Size <= log.Length && result.Length < MaximumLog;)
        {
            uint length = EventHeader.Parse(log.AsSpan(at)).Length;
            if (length < EventHeader.Size || length > log.Length - at)
                break;
            if (length <= MaximumEvent)
                result.Write(rewrite(log.AsSpan(at, (int)length).ToArray()));
            at += (int)length;
        }

        return result.ToArray();
    }

    private static byte[] Store(byte[] raw)
    {
        EventHeader header = EventHeader.Parse(raw);
        if (header.Type != BinlogEventType.TransactionPayload)
            return raw;
        using var zstd = new ZstdStream();
        using var payload = new PayloadReader(raw[EventHeader.Size..^4], zstd);
        var events = new MemoryStream();
        while (payload.Read())
            events.Write(payload.Raw);
        var result = new MemoryStream();
        result.Write(new byte[EventHeader.Size]);
        WriteField(result, 2, 255);
        WriteField(result, 1, (ulong)events.Length);
        result.WriteByte(0);
        events.WriteTo(result);
        result.Write(new byte[4]);
        byte[] stored = result.ToArray();
        (header with { Length = (uint)stored.Length }).Write(stored);
        BinaryPrimitives.WriteUInt32LittleEndian(stored.AsSpan(stored.Length - 4), Crc32.Compute(stored.AsSpan(0, stored.Length - 4)));
        return stored;
    }

    private static void WriteField(MemoryStream target, byte field, ulong value)
    {
        target.WriteByte(field);
        target.WriteByte(9);
        target.WriteByte(0xFE);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        target.Write(bytes);
    }
}
