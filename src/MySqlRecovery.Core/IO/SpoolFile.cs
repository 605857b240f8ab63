using MySqlRecovery.Model;

namespace MySqlRecovery.IO;

/// <summary>
/// A temporary file that is appended to and read at any offset; it vanishes when closed. On Unix it has no name from the
/// start, so that nothing is left of a process that is killed.
/// </summary>
internal sealed class SpoolFile : ByteSource
{
    private readonly FileStream _stream;
    private long _length;

    private SpoolFile(string path, FileStream stream)
        : base(path) => _stream = stream;

    public override long Length => _length;

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
        try
        {
            RandomAccess.Write(_stream.SafeFileHandle, bytes, _length);
        }
        catch (IOException e)
        {
            throw Failed(Path, e);
        }

        _length += bytes.Length;
    }

    /// <summary>Puts other bytes in the place of some that were appended.</summary>
    public void Overwrite(long offset, ReadOnlySpan<byte> bytes)
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

    /// <summary>Leaves a hole, which reads as zeros: what is appended next comes at an offset further on.</summary>
    public void SkipTo(long offset)
    {
        try
        {
            RandomAccess.SetLength(_stream.SafeFileHandle, offset);
        }
        catch (IOException e)
        {
            throw Failed(Path, e);
        }

        _length = offset;
    }

    public override int Read(long offset, Span<byte> destination)
    {
        int total = 0;
        while (total < destination.Length
            && RandomAccess.Read(_stream.SafeFileHandle, destination[total..], offset + total) is > 0 and var got)
            total += got;
        return total;
    }

    public override void Dispose() => _stream.Dispose();

    private static RecoveryException Failed(string path, Exception e) => new(
        "FileWriteFailed", RecoveryErrorKind.WriteError, $"the temporary file cannot be written: {e.Message}", path, inner: e);
}
