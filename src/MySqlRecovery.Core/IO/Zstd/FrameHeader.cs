using System.Buffers.Binary;

namespace MySqlRecovery.IO.Zstd;

/// <summary>The header of a zstd frame, without its magic number (RFC 8878, section 3.1.1.1).</summary>
/// <param name="WindowSize">How far back matches reach, in bytes.</param>
/// <param name="ContentSize">Decoded length in bytes; null where the frame does not say.</param>
/// <param name="HasChecksum">Whether a checksum of the content follows the last block.</param>
internal readonly record struct FrameHeader(long WindowSize, ulong? ContentSize, bool HasChecksum)
{
    /// <summary>The largest window that is decoded, 128 MiB: what the stock program takes unless told otherwise, and the most that its level 22 uses.</summary>
    public const long MaximumWindowSize = 128 << 20;

    private const int MaximumBlockSize = 128 << 10;

    /// <summary>The most that one block may decode to, in bytes.</summary>
    public int BlockLimit => (int)Math.Min(WindowSize, MaximumBlockSize);

    public static FrameHeader Read(ZstdInput input)
    {
        byte descriptor = input.Take(1)[0];
        bool isSingleSegment = (descriptor & 0x20) != 0;
        if ((descriptor & 0x08) != 0)
            throw new InvalidDataException("the zstd frame uses a reserved feature");
        ulong windowSize = isSingleSegment ? 0 : ReadWindowSize(input.Take(1)[0]);
        ulong dictionary = ReadNumber(input.Take((descriptor & 3) switch { 0 => 0, 1 => 1, 2 => 2, _ => 4 }));
        if (dictionary != 0)
            throw new InvalidDataException($"the zstd frame needs dictionary {dictionary}; dictionaries are not supported");

        ulong? contentSize = (descriptor >> 6) switch
        {
            0 => isSingleSegment ? input.Take(1)[0] : null,
            1 => ReadNumber(input.Take(2)) + 256,
            2 => ReadNumber(input.Take(4)),
            _ => ReadNumber(input.Take(8)),
        };
        if (isSingleSegment)
            windowSize = contentSize!.Value;
        if (windowSize > MaximumWindowSize)
            throw new InvalidDataException(
                $"the zstd frame needs a window of {windowSize} bytes, at most {MaximumWindowSize} are supported");
        return new FrameHeader((long)windowSize, contentSize, (descriptor & 0x04) != 0);
    }

    private static ulong ReadWindowSize(byte descriptor)
    {
        ulong power = 1ul << (10 + (descriptor >> 3));
        return power + power / 8 * (descriptor & 7u);
    }

    private static ulong ReadNumber(ReadOnlySpan<byte> bytes)
    {
        Span<byte> padded = stackalloc byte[8];
        padded.Clear();
        bytes.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64LittleEndian(padded);
    }
}
