using Microsoft.Win32.SafeHandles;
using MySqlRecovery.Model;

namespace MySqlRecovery.IO;

/// <summary>A temporary file that is appended to and read at any offset; it vanishes when closed.</summary>
internal sealed class SpoolFile : ByteSource
{
    private readonly SafeFileHandle _handle;
    private long _length;

    private SpoolFile(string path, SafeFileHandle handle)
        : base(path) => _handle = handle;

    public override long Length => _length;

    /// <summary>Starts a file; <paramref name="name"/> is what errors call it, if it stands for another.</summary>
    public static SpoolFile Create(string? name = null)
    {
        string path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"mysqlrecovery-{Guid.NewGuid():N}.tmp");
        try
        {
            return new SpoolFile(
                name ?? path, File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose));
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
            RandomAccess.Write(_handle, bytes, _length);
        }
        catch (IOException e)
        {
            throw Failed(Path, e);
        }

        _length += bytes.Length;
    }

    public override int Read(long offset, Span<byte> destination)
    {
        int total = 0;
        while (total < destination.Length && RandomAccess.Read(_handle, destination[total..], offset + total) is > 0 and var got)
            total += got;
        return total;
    }

    public override void Dispose() => _handle.Dispose();

    private static RecoveryException Failed(string path, Exception e) => new(
        "FileWriteFailed", RecoveryErrorKind.WriteError, $"the temporary file cannot be written: {e.Message}", path, inner: e);
}
