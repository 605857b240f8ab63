using System.Buffers.Binary;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;

namespace MySqlRecovery.Server.Tests.Client;

/// <summary>A binlog as a list of events, from a file or from the wire.</summary>
internal static class BinlogBytes
{
    public const byte FormatDescription = 15;

    /// <summary>The events of a file, in which the format description may be marked as still in use.</summary>
    public static List<DumpedEvent> OfFile(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        var events = new List<DumpedEvent>();
        for (int at = 4; at < bytes.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 9));
            events.Add(new DumpedEvent(Path.GetFileName(path), at, Convert.ToHexString(Closed(bytes.AsSpan(at, length)))));
            at += length;
        }

        return events;
    }

    /// <summary>The stored events that a dump gives until its end, or until there are enough.</summary>
    public static List<DumpedEvent> OfServer(ConnectionOptions options, BinlogDumpRequest request, CancellationToken token,
        int enough = int.MaxValue)
    {
        using BinlogDump dump = BinlogDump.Start(options.Open(), request, token);
        return Take(dump, token, enough);
    }

    public static List<DumpedEvent> Take(BinlogDump dump, CancellationToken token, int enough = int.MaxValue)
    {
        var events = new List<DumpedEvent>();
        while (events.Count < enough && dump.Read(token))
        {
            if (dump.IsStored)
                events.Add(new DumpedEvent(dump.FileName, dump.Position, Convert.ToHexString(Closed(dump.Event.Span))));
        }

        return events;
    }

    /// <summary>The mark "in use" of a format description is cleared when the file is closed, and by the server when it is sent.</summary>
    private static byte[] Closed(ReadOnlySpan<byte> data)
    {
        byte[] copy = data.ToArray();
        if (copy[4] == FormatDescription)
            copy[17] &= 0xFE;
        return copy;
    }
}
