using System.Buffers.Binary;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.IO;

namespace MySqlRecovery.Catalog;

/// <summary>
/// The first part of a catalog: of which log it is, its tables, the log as a whole, and where the rest lies. The file: magic 8, length
/// of this part 4, its CRC-32C 4, this part; then the stretches, the first numbers of the pages of keys, and the pages.
/// </summary>
internal sealed record CatalogLayout
{
    public const int PrefixSize = 16;

    /// <summary>Bytes before the end of the part of the log that is cataloged, by which it is known again.</summary>
    public const int TailSize = 64;

    private const int KeysKnown = 1;

    /// <summary>What the file starts with; the digits are its version.</summary>
    public static ReadOnlySpan<byte> Magic => "MYRCAT02"u8;

    /// <summary>Length of the log when it was read.</summary>
    public required long LogLength { get; init; }

    /// <summary>When the log was written last, in ticks of UTC.</summary>
    public required long LogWritten { get; init; }

    /// <summary>The log's format description but for its flags.</summary>
    public required byte[] Format { get; init; }

    /// <summary>The bytes before the end of the last stretch.</summary>
    public required byte[] Tail { get; init; }

    /// <summary>Offset after the last stretch.</summary>
    public required long End { get; init; }

    /// <summary>The tables by number.</summary>
    public required LogTable[] Tables { get; init; }

    /// <summary>All stretches as one.</summary>
    public required LogStretch Sum { get; init; }

    /// <summary>Whether there is something between the stretches.</summary>
    public required bool HasGaps { get; init; }

    /// <summary>How many stretches there are.</summary>
    public required int StretchCount { get; init; }

    /// <summary>Bytes of the stretches.</summary>
    public required int StretchLength { get; init; }

    /// <summary>CRC-32C of the stretches.</summary>
    public required uint StretchChecksum { get; init; }

    /// <summary>CRC-32C of the pages' first numbers.</summary>
    public required uint FirstsChecksum { get; init; }

    /// <summary>How the keys are kept; null for no keys.</summary>
    public required KeyIndex? Index { get; init; }

    /// <summary>Bytes of the first part with its prefix; known once it has been read or written.</summary>
    public int Length { get; private set; }

    /// <summary>Offset of the pages' first numbers.</summary>
    public long FirstsOffset => Length + StretchLength;

    /// <summary>Offset of the pages.</summary>
    public long PagesOffset => FirstsOffset + (Index?.PageCount ?? 0) * sizeof(ulong);

    /// <summary>Bytes of the whole file.</summary>
    public long FileLength => PagesOffset + (long)(Index?.PageCount ?? 0) * KeyIndex.PageSize;

    /// <summary>The bytes of this part, prefix included.</summary>
    public byte[] Write()
    {
        var to = new VarWriter();
        to.Write(LogLength);
        to.Write(LogWritten);
        to.Write(Format);
        to.Write(Tail);
        to.Write(End);
        to.Write(Tables.Length);
        foreach (LogTable table in Tables)
        {
            to.Write(table.Database);
            to.Write(table.Name);
            to.Write(table.KeyColumns?.Length + KeysKnown ?? 0);
            for (int i = 0; i < table.KeyColumns?.Length; i++)
                to.Write(table.KeyColumns[i]);
            if (table.KeyColumns == null)
            {
                to.Write(table.KeyProblem ?? string.Empty);
                to.Write(table.Shape ?? []);
            }

            for (int i = 0; i < table.AreNumbers.Length; i++)
                to.Write((table.AreNumbers[i] ? 1 : 0) | table.IntegerSizes[i] << 1);
        }

        new StretchCodec().Write(Sum, to);
        to.Write(HasGaps ? 1 : 0);
        to.Write(StretchCount);
        to.Write(StretchLength);
        to.Write((ulong)StretchChecksum);
        to.Write((ulong)FirstsChecksum);
        to.Write(Index?.PageCount ?? 0);
        if (Index != null)
        {
            to.Write(Index.Slots);
            to.Write(Index.RemainderBits);
            to.Write(Index.StretchBits);
            to.Write(Index.Shift);
        }

        byte[] part = to.ToArray();
        var bytes = new byte[PrefixSize + part.Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), part.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Crc32C.Compute(part));
        part.CopyTo(bytes, PrefixSize);
        Length = bytes.Length;
        return bytes;
    }

    /// <summary>Reads the first part of a catalog.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or no catalog.</exception>
    public static CatalogLayout Read(ByteSource file)
    {
        Span<byte> prefix = stackalloc byte[PrefixSize];
        if (file.Read(0, prefix) < PrefixSize || !prefix.StartsWith(Magic))
            throw new InvalidDataException("it is not a catalog of this version");
        int length = BinaryPrimitives.ReadInt32LittleEndian(prefix[8..]);
        if (length < 0 || length > file.Length - PrefixSize)
            throw new InvalidDataException("it is damaged");
        var part = new byte[length];
        if (file.Read(PrefixSize, part) < length || Crc32C.Compute(part) != BinaryPrimitives.ReadUInt32LittleEndian(prefix[12..]))
            throw new InvalidDataException("it is damaged");
        var from = new VarReader(part);
        CatalogLayout layout = Read(ref from);
        layout.Length = PrefixSize + length;
        return layout.FileLength == file.Length ? layout : throw new InvalidDataException("it is damaged");
    }

    private static CatalogLayout Read(ref VarReader from)
    {
        long length = from.ReadLong(), written = from.ReadLong();
        byte[] format = from.ReadBytes().ToArray(), tail = from.ReadBytes().ToArray();
        long end = from.ReadLong();
        var tables = new LogTable[from.ReadCount()];
        for (int i = 0; i < tables.Length; i++)
        {
            (string database, string name) = (from.ReadText(), from.ReadText());
            int count = from.ReadCount();
            string[]? columns = count == 0 ? null : new string[count - KeysKnown];
            for (int c = 0; c < columns?.Length; c++)
                columns[c] = from.ReadText();
            string? problem = columns == null ? from.ReadText() : null;
            byte[]? shape = columns == null && from.ReadBytes() is { IsEmpty: false } bytes ? bytes.ToArray() : null;
            var areNumbers = new bool[columns?.Length ?? (shape == null ? 0 : 1)];
            var sizes = new int[areNumbers.Length];
            for (int c = 0; c < areNumbers.Length; c++)
            {
                long kind = from.ReadLong();
                (areNumbers[c], sizes[c]) = ((kind & 1) != 0, (int)(kind >> 1));
            }

            tables[i] = new LogTable(database, name, columns)
            {
                AreNumbers = areNumbers,
                IntegerSizes = sizes,
                KeyProblem = problem,
                Shape = shape,
            };
        }

        LogStretch sum = new StretchCodec().Read(ref from);
        bool hasGaps = from.Read() != 0;
        int stretchCount = (int)from.ReadLong(), stretchLength = (int)from.ReadLong();
        uint stretches = from.ReadUInt32(), firsts = from.ReadUInt32();
        int pages = (int)from.ReadLong();
        return new CatalogLayout
        {
            LogLength = length,
            LogWritten = written,
            Format = format,
            Tail = tail,
            End = end,
            Tables = tables,
            Sum = sum,
            HasGaps = hasGaps,
            StretchCount = stretchCount,
            StretchLength = stretchLength,
            StretchChecksum = stretches,
            FirstsChecksum = firsts,
            Index = pages == 0 ? null : new KeyIndex(pages, from.Read(), (int)from.ReadLong(), (int)from.ReadLong(), (int)from.ReadLong()),
        };
    }
}
