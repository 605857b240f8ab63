using System.IO.Compression;

namespace MySqlRecovery.IO;

/// <summary>
/// Expands what is in memory, in the format of zlib or as raw deflate. .NET's own streams throw an IOException at some malformed
/// data, such as a header that asks for a dictionary; here all of it is <see cref="InvalidDataException"/>.
/// </summary>
internal sealed class InflatingStream(Stream source, bool isRaw = false) : Stream
{
    private readonly Stream _stream = isRaw
        ? new DeflateStream(source, CompressionMode.Decompress) : new ZLibStream(source, CompressionMode.Decompress);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _stream.Read(buffer);
        }
        catch (IOException e)
        {
            throw new InvalidDataException($"the compressed data cannot be expanded: {e.Message}", e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _stream.Dispose();
        base.Dispose(disposing);
    }
}
