using System.IO.Compression;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Reading;

/// <summary>
/// Puts logs into the order in which they were written: those of one name by number, those of several names, folders or
/// none by the time at which each was begun. What is a copy of another one, compressed or not, is read once.
/// </summary>
/// <param name="keyring">Keys for encrypted logs, or null.</param>
/// <param name="warn">Is told of what is left out.</param>
/// <param name="stop">Cancels.</param>
internal sealed class LogFileOrder(Keyring? keyring, Action<string> warn, CancellationToken stop)
{
    private const int ChunkLength = 1 << 16;

    /// <summary>The files to read; -1 as a number, and no head, is what could not be told.</summary>
    public List<string> Sort(IEnumerable<string> files)
    {
        List<List<LogFile>> series = [.. files.Distinct(StringComparer.Ordinal).Select(f => new LogFile(f))
            .GroupBy(f => LogNumber.Stem(f.Path), StringComparer.Ordinal).Select(s => s.OrderBy(f => f.Number).ToList())];
        if (series.Count > 1 || series.Exists(s => s.DistinctBy(f => f.Number).Count() < s.Count))
        {
            LeaveCopiesOut(series);
            if (series.TrueForAll(s => s.TrueForAll(f => f.Head != null)))
                return Merge(series);
        }

        return [.. series.SelectMany(s => s).Select(f => f.Path)];
    }

    /// <summary>Logs of several series by the time of their first event; the order within each series stays.</summary>
    private static List<string> Merge(List<List<LogFile>> series)
    {
        var merged = new List<string>();
        var next = new int[series.Count];
        while (true)
        {
            int first = -1;
            for (int i = 0; i < series.Count; i++)
            {
                if (next[i] < series[i].Count && (first < 0 || IsBefore(series[i][next[i]], series[first][next[first]])))
                    first = i;
            }

            if (first < 0)
                return merged;
            merged.Add(series[first][next[first]++].Path);
        }
    }

    // Logs that were begun in one second, in two folders, have their numbers.
    private static bool IsBefore(LogFile file, LogFile other) => file.Head!.Time != other.Head!.Time
        ? file.Head.Time < other.Head.Time : LogNumber.IsBefore(Path.GetFileName(file.Path), Path.GetFileName(other.Path));

    private void LeaveCopiesOut(List<List<LogFile>> series)
    {
        var known = new Dictionary<string, List<LogFile>>(StringComparer.Ordinal);
        foreach (List<LogFile> logs in series)
        {
            foreach (LogFile log in logs.ToArray())
            {
                stop.ThrowIfCancellationRequested();
                log.Head = LogHead.Read(log.Path, keyring, stop);
                if (log.Head == null)
                    continue;
                if (!known.TryGetValue(log.Head.Key, out List<LogFile>? alike))
                    known.Add(log.Head.Key, alike = []);
                if (alike.Find(other => IsCopy(log, other)) is not { } same)
                {
                    alike.Add(log);
                    continue;
                }

                // A copy that was made while the server still wrote the log has less of it.
                LogFile shorter = log.Length > same.Length ? same : log;
                LogFile longer = shorter == log ? same : log;
                if (shorter == same)
                    alike[alike.IndexOf(same)] = log;
                series.ForEach(s => s.Remove(shorter));
                warn($"{shorter.Path} is a copy of {longer.Path}, which is read in its place.");
            }
        }

        series.RemoveAll(s => s.Count == 0);
    }

    // Logs of one series that were begun in one second may have nothing but the same head.
    private bool IsCopy(LogFile one, LogFile other)
    {
        if (one.Number != other.Number && LogNumber.Stem(one.Path) == LogNumber.Stem(other.Path))
            return false;
        using ByteSource first = LogContainer.Open(one.Path, keyring, stop), second = LogContainer.Open(other.Path, keyring, stop);
        (one.Length, other.Length) = (first.Length, second.Length);
        long length = Math.Min(first.Length, second.Length);
        byte[] left = new byte[ChunkLength], right = new byte[ChunkLength];
        for (long at = one.Head!.End; at < length; at += ChunkLength)
        {
            stop.ThrowIfCancellationRequested();
            int count = (int)Math.Min(ChunkLength, length - at);
            if (first.Read(at, left.AsSpan(0, count)) != count || second.Read(at, right.AsSpan(0, count)) != count
                || !left.AsSpan(0, count).SequenceEqual(right.AsSpan(0, count)))
                return false;
        }

        return true;
    }

    private sealed class LogFile(string path)
    {
        public string Path { get; } = path;

        public long Number { get; } = LogNumber.Of(path);

        public LogHead? Head { get; set; }

        public long Length { get; set; }
    }
}

/// <summary>What the format description at the start of a log says of it.</summary>
/// <param name="Time">When the log was begun, seconds since 1970.</param>
/// <param name="Key">The event in text, but for the mark of a log that is in use: the same in every copy.</param>
/// <param name="End">Offset after the event.</param>
internal sealed record LogHead(uint Time, string Key, int End)
{
    private const int MaximumLength = 1024, FlagsOffset = 17;

    /// <summary>Null where there is no such event at the start, or it cannot be read.</summary>
    public static LogHead? Read(string path, Keyring? keyring, CancellationToken stop)
    {
        if (path == LogContainer.StandardInput)
            return null;
        try
        {
            var start = new byte[MaximumLength];
            int length = ReadStart(path, keyring, start, stop);
            if (length < FileEventReader.FirstPosition + EventHeader.Size
                || !start.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFE, 0x62, 0x69, 0x6E]))
                return null;
            EventHeader header = EventHeader.Parse(start.AsSpan(FileEventReader.FirstPosition));
            long end = FileEventReader.FirstPosition + header.Length;
            if (header.Type != BinlogEventType.FormatDescription || end > length)
                return null;
            start.AsSpan(FileEventReader.FirstPosition + FlagsOffset, 2).Clear();
            return new LogHead(
                header.Timestamp, Convert.ToHexString(start.AsSpan(FileEventReader.FirstPosition, (int)header.Length)), (int)end);
        }
        catch (Exception e) when (e is RecoveryException or InvalidDataException or EndOfStreamException)
        {
            // The reading of the log will tell.
            return null;
        }
    }

    private static int ReadStart(string path, Keyring? keyring, byte[] start, CancellationToken stop)
    {
        using FileSource file = FileSource.Open(path);
        int length = file.Read(0, start);
        if (start.AsSpan(0, length).StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
        {
            using var gzip = new GZipStream(new SourceStream(file), CompressionMode.Decompress);
            length = gzip.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }

        if (length == 0 || start[0] != 0xFD || keyring == null)
            return length;
        using ByteSource log = LogContainer.Open(path, keyring, stop);
        return log.Read(0, start);
    }
}
