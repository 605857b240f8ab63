using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using MySqlRecovery.Model;

namespace MySqlRecovery.IO;

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
