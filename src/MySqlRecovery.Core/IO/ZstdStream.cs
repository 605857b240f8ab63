using ZstdSharp;
using ZstdSharp.Unsafe;

namespace MySqlRecovery.IO;

/// <summary>
/// Decompresses zstd data (RFC 8878): any number of frames one after another, skippable ones among them, checksums verified
/// where frames have them. Reads one source after another with the same decoder, whose memory is bounded by the largest
/// window that is taken, 128 MiB: what the stock program takes unless told otherwise, and the most that its level 22 uses.
/// Damage, dictionaries, larger windows and anything that is no zstd throw <see cref="InvalidDataException"/>, a cut frame
/// <see cref="EndOfStreamException"/>. Reads ahead in its sources and leaves them open.
/// </summary>
internal sealed class ZstdStream : Stream
{
    private const int MaximumWindowLog = 27;
    private Decompressor? _decompressor;
    private DecompressionStream? _frames;
    private bool _hasFailed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Goes on with this source; what is left of the one before is forgotten.</summary>
    public void Open(Stream source)
    {
        if (_decompressor == null)
        {
            _decompressor = new Decompressor();
            _decompressor.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, MaximumWindowLog);
        }

        _decompressor.ResetStream();
        _frames?.Dispose();
        _frames = new DecompressionStream(source, _decompressor);
        _hasFailed = false;
    }

    public override int Read(Span<byte> buffer)
    {
        if (_hasFailed)
            throw new InvalidDataException("the zstd data cannot be read on after an error");
        _hasFailed = true;
        try
        {
            int got = _frames?.Read(buffer) ?? 0;
            _hasFailed = false;
            return got;
        }
        catch (ZstdException e)
        {
            throw new InvalidDataException(e.Code == ZSTD_ErrorCode.ZSTD_error_frameParameter_windowTooLarge
                ? "the zstd frame needs a window of more than 128 MiB"
                : $"the zstd data cannot be decompressed: {e.Message}", e);
        }
        catch (EndOfStreamException e)
        {
            throw new EndOfStreamException("the zstd data ends inside a frame", e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _frames?.Dispose();
            _decompressor?.Dispose();
            (_frames, _decompressor) = (null, null);
        }

        base.Dispose(disposing);
    }
}
