using Microsoft.Win32.SafeHandles;
using MySqlRecovery.Model;

namespace MySqlRecovery.IO;

/// <summary>
/// A file that comes into being whole or not at all: written under a temporary name in its folder, renamed by
/// <see cref="Commit"/>, removed by Dispose otherwise.
/// </summary>
internal sealed class PendingFile : IDisposable
{
    private readonly string _path;
    private readonly string _temporaryPath;
    private readonly bool _overwrite;
    private readonly SafeFileHandle _handle;
    private bool _isCommitted;

    private PendingFile(string path, string temporaryPath, bool overwrite, SafeFileHandle handle) =>
        (_path, _temporaryPath, _overwrite, _handle) = (path, temporaryPath, overwrite, handle);

    /// <summary>Where the bytes are until they are committed.</summary>
    public string TemporaryPath => _temporaryPath;

    /// <summary>Starts a file; an existing one is an error with id DestinationExists unless it may be overwritten.</summary>
    public static PendingFile Create(string path, bool overwrite)
    {
        CheckFree(path, overwrite);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            return new PendingFile(
                path, temporary, overwrite, File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read));
        }
        catch (DirectoryNotFoundException e)
        {
            throw new RecoveryException("FolderNotFound", RecoveryErrorKind.ObjectNotFound, "the folder does not exist", path, inner: e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new RecoveryException("FileNotWritable", RecoveryErrorKind.PermissionDenied, "the folder may not be written by this user", path, inner: e);
        }
        catch (IOException e)
        {
            throw Failed(path, e);
        }
    }

    /// <summary>Fails where the destination is there and may not be overwritten.</summary>
    public static void CheckFree(string path, bool overwrite)
    {
        if (Directory.Exists(path))
            throw new RecoveryException("DestinationExists", RecoveryErrorKind.ResourceExists, "this is a folder", path);
        if (!overwrite && File.Exists(path))
            throw new RecoveryException(
                "DestinationExists", RecoveryErrorKind.ResourceExists, "the file exists already", path,
                recommendedAction: "Choose another name, or use -Force to overwrite it.");
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (IOException e)
        {
            throw Failed(_path, e);
        }
    }

    /// <summary>Gives the file its name.</summary>
    public void Commit()
    {
        _handle.Dispose();
        try
        {
            File.Move(_temporaryPath, _path, _overwrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(_path, e);
        }

        _isCommitted = true;
    }

    public void Dispose()
    {
        _handle.Dispose();
        if (!_isCommitted)
            File.Delete(_temporaryPath);
    }

    private static RecoveryException Failed(string path, Exception e) => new(
        "FileWriteFailed", RecoveryErrorKind.WriteError, $"the file cannot be written: {e.Message}", path, inner: e);
}
