using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using MySqlRecovery.Model;

namespace MySqlRecovery.IO;

/// <summary>Bytes that can be read at any offset: what the readers of binlogs and tablespaces stand on.</summary>
internal abstract class ByteSource(string path) : IDisposable
{
    /// <summary>What errors call this source.</summary>
    public string Path { get; } = path;

    /// <summary>Length in bytes now; a log that a server still writes grows.</summary>
    public abstract long Length { get; }

    /// <summary>Fills as much of <paramref name="destination"/> as there is; fewer bytes mean the end was reached.</summary>
    public abstract int Read(long offset, Span<byte> destination);

    /// <summary>Whether reads may come from several threads at once, ahead of what is wanted.</summary>
    public virtual bool CanReadAhead => true;

    /// <summary>Where the bytes go on that should be at an offset: further on after a hole, as in a log that a server sends in
    /// part.</summary>
    [MethodImpl(Jit.Hot)]
    public virtual long SkipHole(long offset) => offset;

    public abstract void Dispose();
}

/// <summary>A file, opened so that a server can go on writing, rotating or purging it.</summary>
internal sealed class FileSource : ByteSource
{
    private readonly SafeFileHandle _handle;

    private FileSource(string path, SafeFileHandle handle)
        : base(path) => _handle = handle;

    public override long Length => RandomAccess.GetLength(_handle);

    public static FileSource Open(string path)
    {
        try
        {
            return new FileSource(
                path, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RecoveryException("FileNotFound", RecoveryErrorKind.ObjectNotFound, "there is no such file", path, inner: e);
        }
        catch (UnauthorizedAccessException e)
        {
            string what = Directory.Exists(path) ? "this is a folder" : "the file may not be read by this user";
            throw new RecoveryException("FileNotReadable", RecoveryErrorKind.PermissionDenied, what, path, inner: e);
        }
        catch (IOException e)
        {
            throw new RecoveryException("FileNotReadable", RecoveryErrorKind.ReadError, e.Message, path, inner: e);
        }
    }

    [MethodImpl(Jit.Hot)]
    public override int Read(long offset, Span<byte> destination)
    {
        int total = 0;
        try
        {
            while (total < destination.Length)
            {
                int got = RandomAccess.Read(_handle, destination[total..], offset + total);
                if (got == 0)
                    break;
                total += got;
            }
        }
        catch (IOException e)
        {
            throw new RecoveryException("FileReadFailed", RecoveryErrorKind.ReadError, e.Message, Path, offset + total, inner: e);
        }

        return total;
    }

    public override void Dispose() => _handle.Dispose();
}

/// <summary>A source read from its start as a stream.</summary>
internal sealed class SourceStream(ByteSource source) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int got = source.Read(_position, buffer);
        _position += got;
        return got;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
