using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Catalog;

/// <summary>By what a log is known again.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Length">Its length now.</param>
/// <param name="Written">When it was written last, in ticks of UTC.</param>
/// <param name="Format">Its format description, but for the flags, which the server clears when it closes the log.</param>
internal sealed record LogIdentity(string Path, long Length, long Written, byte[] Format)
{
    public const string Extension = ".catalog";
    private const int FlagsOffset = 17;

    /// <summary>Of a plain log; null for anything else.</summary>
    public static LogIdentity? Of(FileSource source)
    {
        Span<byte> start = stackalloc byte[1024];
        start = start[..source.Read(0, start)];
        if (!start.StartsWith(BinlogFile.Magic) || start.Length < FileEventReader.FirstPosition + EventHeader.Size)
            return null;
        Span<byte> format = start[FileEventReader.FirstPosition..];
        var header = EventHeader.Parse(format);
        if (header.Type != BinlogEventType.FormatDescription || header.Length > format.Length
            || MariaDbEncryptedSource.FindStart(source) != null)
            return null;
        format[FlagsOffset..(FlagsOffset + 2)].Clear();
        return new LogIdentity(
            source.Path, source.Length, File.GetLastWriteTimeUtc(source.Path).Ticks, format[..(int)header.Length].ToArray());
    }

    /// <summary>Where its catalog is: beside it, or in a folder, where logs of other servers may have its name.</summary>
    public string PathIn(string? folder) => folder == null ? Path + Extension : System.IO.Path.Combine(
        folder, string.Create(CultureInfo.InvariantCulture, $"{System.IO.Path.GetFileName(Path)}.{Crc32C.Compute(Format):x8}{Extension}"));

    /// <summary>Why a catalog is not of this log; null where it is.</summary>
    public string? FindMisfit(CatalogLayout layout, ByteSource source)
    {
        if (!layout.Format.AsSpan().SequenceEqual(Format))
            return "it is of another log";
        if (Length < layout.End || Length < layout.LogLength || !TailBefore(source, layout.End).AsSpan().SequenceEqual(layout.Tail))
            return "the log is not what it was";
        return Length == layout.LogLength && Written != layout.LogWritten ? "the log was written again since" : null;
    }

    /// <summary>The four bytes before an offset.</summary>
    [MethodImpl(Jit.Hot)]
    public static uint BytesBefore(ByteSource source, long offset)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        return offset < sizeof(uint) || source.Read(offset - sizeof(uint), bytes) < sizeof(uint)
            ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>Some bytes before an offset.</summary>
    public static byte[] TailBefore(ByteSource source, long offset)
    {
        var bytes = new byte[(int)Math.Min(offset, CatalogLayout.TailSize)];
        return bytes[..source.Read(offset - bytes.Length, bytes)];
    }
}
