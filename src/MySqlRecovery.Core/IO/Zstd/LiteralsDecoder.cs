using System.Buffers;

namespace MySqlRecovery.IO.Zstd;

/// <summary>Reads the literals section of compressed blocks (RFC 8878, section 3.1.1.3.1).</summary>
internal sealed unsafe class LiteralsDecoder : IDisposable
{
    private readonly HuffmanTable _table = new();
    private byte[] _buffer = [];

    private enum LiteralsType
    {
        Raw,
        Rle,
        Compressed,
        Treeless,
    }

    /// <summary>Forgets the Huffman code of the frame before.</summary>
    public void Reset() => _table.Clear();

    /// <summary>Decodes the section at the start of <paramref name="block"/>; gives its length in bytes.</summary>
    /// <param name="block">The block.</param>
    /// <param name="limit">The most literals that are allowed.</param>
    /// <param name="literals">
    /// The literals, in the block or in a buffer of this object's; <see cref="ZstdInput.Margin"/> bytes behind them can be read.
    /// </param>
    public int Read(ReadOnlySpan<byte> block, int limit, out ReadOnlySpan<byte> literals)
    {
        if (block.IsEmpty)
            throw TooShort();
        var type = (LiteralsType)(block[0] & 3);
        int format = block[0] >> 2 & 3;
        return type is LiteralsType.Raw or LiteralsType.Rle
            ? ReadPlain(type, format, block, limit, out literals)
            : ReadCompressed(type, format, block, limit, out literals);
    }

    public void Dispose()
    {
        byte[] buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private int ReadPlain(LiteralsType type, int format, ReadOnlySpan<byte> block, int limit, out ReadOnlySpan<byte> literals)
    {
        int headerLength = format switch { 1 => 2, 3 => 3, _ => 1 };
        ulong header = ReadHeader(block, headerLength);
        int count = (int)(header >> (headerLength == 1 ? 3 : 4));
        CheckCount(count, limit);
        int length = headerLength + (type == LiteralsType.Rle ? 1 : count);
        if (length > block.Length)
            throw TooShort();
        if (type == LiteralsType.Raw)
        {
            literals = block.Slice(headerLength, count);
            return length;
        }

        Span<byte> run = Rent(count);
        run.Fill(block[headerLength]);
        literals = run;
        return length;
    }

    private int ReadCompressed(LiteralsType type, int format, ReadOnlySpan<byte> block, int limit, out ReadOnlySpan<byte> literals)
    {
        (int headerLength, int sizeBits) = format switch { 2 => (4, 14), 3 => (5, 18), _ => (3, 10) };
        ulong header = ReadHeader(block, headerLength) >> 4;
        int count = (int)(header & (1u << sizeBits) - 1);
        int length = (int)(header >> sizeBits);
        CheckCount(count, limit);
        if (length > block.Length - headerLength)
            throw TooShort();

        ReadOnlySpan<byte> source = block.Slice(headerLength, length);
        if (type == LiteralsType.Compressed)
            source = source[_table.Read(source)..];
        else if (_table.Bits == 0)
            throw new InvalidDataException("literals refer to a Huffman tree before there is one");
        Span<byte> target = Rent(count);
        fixed (byte* from = source)
        fixed (byte* to = _buffer)
        {
            if (format == 0)
                HuffmanStreams.DecodeOne(_table, from, source.Length, to, count);
            else
                HuffmanStreams.DecodeFour(_table, from, source.Length, to, count);
        }

        literals = target;
        return headerLength + length;
    }

    private Span<byte> Rent(int count)
    {
        if (_buffer.Length < count + ZstdInput.Margin)
        {
            Dispose();
            _buffer = ArrayPool<byte>.Shared.Rent(count + ZstdInput.Margin);
        }

        return _buffer.AsSpan(0, count);
    }

    private static ulong ReadHeader(ReadOnlySpan<byte> block, int length)
    {
        if (length > block.Length)
            throw TooShort();
        ulong header = 0;
        for (int i = 0; i < length; i++)
            header |= (ulong)block[i] << (8 * i);
        return header;
    }

    private static void CheckCount(int count, int limit)
    {
        if (count > limit)
            throw new InvalidDataException($"a block has {count} literals, at most {limit} are allowed");
    }

    private static InvalidDataException TooShort() => new("a compressed block ends inside its literals");
}
