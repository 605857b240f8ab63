using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Catalog;

/// <summary>Makes the catalog of one log.</summary>
/// <param name="log">Path of the log.</param>
/// <param name="stop">Cancels.</param>
internal sealed class CatalogWriter(string log, CancellationToken stop)
{
    /// <summary>A catalog takes one byte for so many of the log.</summary>
    private const int LogBytesPerByte = 500;

    // Of which the stretches take up to a half; the keys have the rest.
    private const int StretchShare = 2;

    /// <summary>Bytes of a stretch of the log, which goes on to the end of its last transaction.</summary>
    public long StretchLength { get; init; } = CatalogBuilder.DefaultStretchLength;

    /// <summary>Bytes that a catalog may take, however small its log is.</summary>
    public long SmallestLength { get; init; } = 4096;

    /// <summary>Reads the log and writes its catalog.</summary>
    /// <param name="folder">The folder for it; null for that of the log.</param>
    /// <param name="path">Where it is then.</param>
    /// <exception cref="RecoveryException">CatalogNotSupported: the log is encrypted, compressed, or not a file; and what reading it
    /// ends in.</exception>
    public CatalogLayout Write(string? folder, out string path)
    {
        using FileSource source = FileSource.Open(log);
        LogIdentity identity = LogIdentity.Of(source) ?? throw NotSupported(source);
        path = identity.PathIn(folder);
        var builder = new CatalogBuilder(StretchLength);
        using (var scan = new EventScan([LogRange.Whole(log)], EventFilter.All, stop))
        {
            while (Read(scan))
                Take(builder, scan);
        }

        builder.Complete();
        List<LogStretch> stretches = builder.Stretches;
        foreach (LogStretch stretch in stretches)
        {
            stretch.Border = LogIdentity.BytesBefore(source, stretch.End);
            stretch.Sample = (stretch.Sample.Position, LogIdentity.BytesBefore(source, stretch.Sample.Position));
        }

        return Write(path, identity, source, builder);
    }

    private static bool Read(EventScan scan)
    {
        try
        {
            return scan.Read();
        }
        catch (RecoveryException e) when (e.ErrorId == "BinlogTruncated")
        {
            // The server may be in the middle of an event: what follows the catalog is read by everybody.
            return scan.Read();
        }
    }

    private static void Take(CatalogBuilder builder, EventScan scan)
    {
        try
        {
            builder.Take(scan);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw scan.Malformed(e);
        }
    }

    private CatalogLayout Write(string path, LogIdentity identity, FileSource source, CatalogBuilder builder)
    {
        List<LogStretch> stretches = builder.Stretches;
        long room = Math.Max(SmallestLength, identity.Length / LogBytesPerByte);
        byte[] directory = Encode(stretches);
        int shift = 0;
        for (; directory.Length > room / StretchShare && stretches.Count > 1; shift++)
        {
            stretches = [.. stretches.Chunk(2).Select(Join)];
            directory = Encode(stretches);
        }

        var sum = new LogStretch();
        foreach (LogStretch stretch in stretches)
            sum.Add(stretch);
        foreach (TableStretch table in sum.Tables)
            table.Ranges = KeyRanges.Join(table.Ranges);
        long end = stretches.Count == 0 ? FileEventReader.FirstPosition : stretches[^1].End;
        CatalogLayout layout = new()
        {
            LogLength = identity.Length,
            LogWritten = identity.Written,
            Format = identity.Format,
            Tail = LogIdentity.TailBefore(source, end),
            End = end,
            Tables = [.. builder.Tables],
            Sum = sum,
            HasGaps = builder.HasGaps || stretches.Count == 0,
            StretchCount = stretches.Count,
            StretchLength = directory.Length,
            StretchChecksum = Crc32C.Compute(directory),
            FirstsChecksum = 0,
            Index = null,
        };
        long left = room - directory.Length - layout.Write().Length;
        Span<ulong> keys = CollectionsMarshal.AsSpan(builder.Keys);
        for (int i = 0; shift > 0 && i < keys.Length; i++)
            keys[i] = KeyIndex.Pack(keys[i], (int)(keys[i] & (1UL << KeyIndex.NumberBits) - 1) >> shift);
        KeyIndex? index = KeyIndex.Write(builder.Keys, stretches.Count, left, out ulong[] firsts, out byte[] pages);
        var firstBytes = new byte[firsts.Length * sizeof(ulong)];
        for (int i = 0; i < firsts.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(firstBytes.AsSpan(i * sizeof(ulong)), firsts[i]);
        layout = layout with { Index = index, FirstsChecksum = Crc32C.Compute(firstBytes) };
        using PendingFile file = PendingFile.Replace(path, log);
        long at = 0;
        foreach (byte[] part in (byte[][])[layout.Write(), directory, firstBytes, pages])
        {
            file.Write(at, part);
            at += part.Length;
        }

        file.Commit();
        return layout;
    }

    private static byte[] Encode(List<LogStretch> stretches)
    {
        var to = new VarWriter();
        var codec = new StretchCodec();
        foreach (LogStretch stretch in stretches)
            codec.Write(stretch, to);
        return to.ToArray();
    }

    private static LogStretch Join(LogStretch[] parts)
    {
        if (parts.Length == 1)
            return parts[0];
        var joined = new LogStretch();
        Array.ForEach(parts, joined.Add);
        foreach (TableStretch table in joined.Tables)
            table.Ranges = KeyRanges.Join(table.Ranges);
        return joined;
    }

    private RecoveryException NotSupported(FileSource source) => new(
        "CatalogNotSupported", RecoveryErrorKind.NotSupported,
        EncryptedSource.IsEncrypted(source) || MariaDbEncryptedSource.FindStart(source) != null
            ? "the log is encrypted, and a catalog would tell in clear what is in it"
            : "only binary and relay logs as the server wrote them have a catalog, not compressed ones and text", log,
        recommendedAction: "The cmdlets read such a log without a catalog.");
}
