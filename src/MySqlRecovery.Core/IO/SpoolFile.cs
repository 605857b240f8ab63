using MySqlRecovery.Model;

namespace MySqlRecovery.IO;

/// <summary>
/// A temporary file that is appended to and read at any offset; it vanishes when closed. On Unix it has no name from the
/// start, so that nothing is left of a process that is killed.
/// </summary>
internal sealed class SpoolFile : ByteSource
{
    private const int BufferLength = 64 << 10;

    private readonly FileStream _stream;
    private readonly byte[] _buffer = new byte[BufferLength];
    private int _buffered;
    private long _written;

    private SpoolFile(string path, FileStream stream)
        : base(path) => _stream = stream;

    public override long Length => _written + _buffered;

    /// <summary>Starts a file; <paramref name="name"/> is what errors call it, if it stands for another.</summary>
    public static SpoolFile Create(string? name = null)
    {
        string path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"mysqlrecovery-{Guid.NewGuid():N}.tmp");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
        };
        // The temporary folder is everybody's, the rows are not.
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            var stream = new FileStream(path, options);
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
            return new SpoolFile(name ?? path, stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, e);
        }
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_buffer)
        {
            if (_buffered + bytes.Length > BufferLength)
                Flush();
            if (bytes.Length > BufferLength)
            {
                Write(bytes, _written);
                _written += bytes.Length;
                return;
            }

            bytes.CopyTo(_buffer.AsSpan(_buffered));
            _buffered += bytes.Length;
        }
    }

    /// <summary>Puts other bytes in the place of some that were appended.</summary>
    public void Overwrite(long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_buffer)
            Flush();
        Write(bytes, offset);
    }

    /// <summary>Leaves a hole, which reads as zeros: what is appended next comes at an offset further on.</summary>
    public void SkipTo(long offset)
    {
        lock (_buffer)
        {
            Flush();
            try
            {
                RandomAccess.SetLength(_stream.SafeFileHandle, offset);
            }
            catch (IOException e)
            {
                throw Failed(Path, e);
            }

            _written = offset;
        }
    }

    public override int Read(long offset, Span<byte> destination)
    {
        if (offset + destination.Length > Interlocked.Read(ref _written))
        {
            lock (_buffer)
                Flush();
        }

        int total = 0;
        while (total < destination.Length
            && RandomAccess.Read(_stream.SafeFileHandle, destination[total..], offset + total) is > 0 and var got)
            total += got;
        return total;
    }

    public override void Dispose() => _stream.Dispose();

    private void Flush()
    {
        Write(_buffer.AsSpan(0, _buffered), _written);
        _written += _buffered;
        _buffered = 0;
    }

    private void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(_stream.SafeFileHandle, bytes, offset);
        }
        catch (IOException e)
        {
            throw Failed(Path, e);
        }
    }

    private static RecoveryException Failed(string path, Exception e) => new(
        "FileWriteFailed", RecoveryErrorKind.WriteError, $"the temporary file cannot be written: {e.Message}", path, inner: e);
}
