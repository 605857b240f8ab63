using System.Buffers.Binary;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.IO;

namespace MySqlRecovery.Bench.Fuzz;

/// <summary>
/// Damages binlogs in the ways that matter to parsers: single bits and bytes, lengths, cuts, and pieces of other logs.
/// Most results get right checksums again, so that it is not the checksum that finds the damage.
/// </summary>
internal sealed class LogMutator(IReadOnlyList<byte[]> logs, int seed)
{
    private const int FirstPosition = FileEventReader.FirstPosition;
    private static readonly byte[] Extremes = [0, 1, 0x7F, 0x80, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF];
    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var log = new List<byte>(Pick());
        // A single place for what is read strictly, many places for what reads on after damage.
        int count = _random.Next(4) == 0 ? 1 + _random.Next(64) : 1 + _random.Next(3);
        for (int i = 0; i < count && log.Count > EventHeader.Size + FirstPosition; i++)
            Mutate(log);
        byte[] result = [.. log];
        if (_random.Next(8) != 0)
            FixChecksums(result);
        return result;
    }

    // By size, so that every event has the same chance.
    private byte[] Pick()
    {
        long left = _random.NextInt64(logs.Sum(l => (long)l.Length));
        return logs.First(l => (left -= l.Length) < 0);
    }

    private void Mutate(List<byte> log)
    {
        List<int> events = Events(log);
        int at = events.Count == 0 ? 0 : events[_random.Next(events.Count)];
        int length = events.Count == 0 ? log.Count : Length(log, at);
        switch (_random.Next(10))
        {
            case 0 or 1:
                int place = at + _random.Next(length);
                log[place] ^= (byte)(1 << _random.Next(8));
                break;
            case 2 or 3:
                log[at + _random.Next(length)] = Extremes[_random.Next(Extremes.Length)];
                break;
            case 4:
                // Four bytes at once: the length fields of blobs, statements and headers.
                place = at + _random.Next(Math.Max(1, length - 4));
                for (int i = 0; i < 4 && place + i < log.Count; i++)
                    log[place + i] = Extremes[_random.Next(Extremes.Length)];
                break;
            case 5:
                SetLength(log, at, (uint)(_random.Next(4) == 0 ? _random.NextInt64(1L << 32) : _random.Next(2 * length + 1)));
                break;
            case 6:
                int cut = _random.Next(2) == 0 ? log.Count - 1 - _random.Next(length) : _random.Next(log.Count);
                log.RemoveRange(cut, log.Count - cut);
                break;
            case 7:
                Resize(log, at, length);
                break;
            case 8:
                Splice(log, at, length);
                break;
            default:
                // An event again, or an event gone: maps without rows, rows without maps.
                if (_random.Next(2) == 0)
                    log.InsertRange(at, log.GetRange(at, length));
                else
                    log.RemoveRange(at, length);
                break;
        }
    }

    /// <summary>Bytes put into an event or taken out of it, the header's length kept right.</summary>
    private void Resize(List<byte> log, int at, int length)
    {
        int inside = EventHeader.Size + _random.Next(Math.Max(1, length - EventHeader.Size - 4));
        if (inside >= length)
            return;
        int count = 1 + _random.Next(8);
        if (_random.Next(2) == 0)
        {
            count = Math.Min(count, length - inside);
            log.RemoveRange(at + inside, count);
            count = -count;
        }
        else
        {
            byte[] added = new byte[count];
            _random.NextBytes(added);
            log.InsertRange(at + inside, added);
        }

        SetLength(log, at, (uint)(length + count));
    }

    /// <summary>A piece of any log over this one, or an event of another in its place.</summary>
    private void Splice(List<byte> log, int at, int length)
    {
        byte[] other = Pick();
        if (_random.Next(2) == 0)
        {
            int count = 1 + _random.Next(Math.Min(64, length));
            int from = _random.Next(Math.Max(1, other.Length - count)), to = at + _random.Next(length);
            for (int i = 0; i < count && to + i < log.Count && from + i < other.Length; i++)
                log[to + i] = other[from + i];
            return;
        }

        List<int> theirs = Events(other);
        if (theirs.Count == 0)
            return;
        int taken = theirs[_random.Next(theirs.Count)];
        log.InsertRange(at, other.AsSpan(taken, Length(other, taken)));
    }

    private static List<int> Events(IReadOnlyList<byte> log)
    {
        var events = new List<int>();
        for (int at = FirstPosition; at + EventHeader.Size <= log.Count;)
        {
            int length = Length(log, at);
            if (length < EventHeader.Size || length > log.Count - at)
                break;
            events.Add(at);
            at += length;
        }

        return events;
    }

    private static int Length(IReadOnlyList<byte> log, int at) =>
        (int)Math.Min(int.MaxValue, (uint)(log[at + 9] | log[at + 10] << 8 | log[at + 11] << 16 | log[at + 12] << 24));

    private static void SetLength(List<byte> log, int at, uint length)
    {
        for (int i = 0; i < 4 && at + 9 + i < log.Count; i++)
            log[at + 9 + i] = (byte)(length >> 8 * i);
    }

    private static void FixChecksums(byte[] log)
    {
        List<int> events = Events(log);
        if (events.Count == 0 || !HasChecksums(log.AsSpan(events[0], Length(log, events[0]))))
            return;
        foreach (int at in events)
        {
            Span<byte> raw = log.AsSpan(at, Length(log, at));
            if (raw.Length >= EventHeader.Size + 4)
                BinaryPrimitives.WriteUInt32LittleEndian(raw[^4..], Crc32.Compute(raw[..^4]));
        }
    }

    private static bool HasChecksums(ReadOnlySpan<byte> format)
    {
        try
        {
            return FormatDescriptionEvent.Parse(format).Checksum != ChecksumAlgorithm.Undefined;
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            return false;
        }
    }
}
