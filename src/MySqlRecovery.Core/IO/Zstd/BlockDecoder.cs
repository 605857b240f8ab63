using MySqlRecovery.Server;

namespace MySqlRecovery.IO.Zstd;

/// <summary>Decodes the blocks of one frame after another into a window (RFC 8878, section 3.1.1.2).</summary>
internal sealed class BlockDecoder(ZstdInput input) : IDisposable
{
    private const int HeaderLength = 3;
    private const int MaximumCompressedSize = 128 << 10;
    private readonly LiteralsDecoder _literals = new();
    private readonly SequenceDecoder _sequences = new();

    private enum BlockType
    {
        Raw,
        Rle,
        Compressed,
        Reserved,
    }

    /// <summary>Forgets what blocks take over from the ones before.</summary>
    public void Reset()
    {
        _literals.Reset();
        _sequences.Reset();
    }

    /// <summary>Appends the next block's content to <paramref name="window"/>; gives whether it was the frame's last block.</summary>
    /// <param name="window">What the frame has decoded; it has room for <paramref name="limit"/> bytes.</param>
    /// <param name="limit">The most bytes that the block may decode to.</param>
    public bool Read(ZstdWindow window, int limit)
    {
        ReadOnlySpan<byte> header = input.Take(HeaderLength);
        int fields = header[0] | header[1] << 8 | header[2] << 16;
        int size = fields >> 3;
        var type = (BlockType)(fields >> 1 & 3);
        int maximum = type == BlockType.Compressed ? MaximumCompressedSize : limit;
        if (size > maximum)
            throw new InvalidDataException($"a block has a size of {size} bytes, at most {maximum} are allowed");
        switch (type)
        {
            case BlockType.Raw:
                window.Append(input.Take(size));
                break;
            case BlockType.Rle:
                window.AppendRun(input.Take(1)[0], size);
                break;
            case BlockType.Compressed:
                ReadOnlySpan<byte> block = input.Take(size);
                int literalsLength = _literals.Read(block, limit, out ReadOnlySpan<byte> literals);
                _sequences.Execute(block[literalsLength..], literals, window, limit);
                break;
            default:
                throw new InvalidDataException("a block has the reserved type");
        }

        return (fields & 1) != 0;
    }

    public void Dispose() => _literals.Dispose();
}
