using Microsoft.Win32.SafeHandles;
using MySqlRecovery.Model;

namespace MySqlRecovery.IO;

/// <summary>
/// A file that comes into being whole or not at all: written under a temporary name in its folder, flushed to the disk and
/// renamed by <see cref="Commit"/>, removed by Dispose otherwise.
/// </summary>
internal sealed class PendingFile : IDisposable
{
    /// <summary>Bytes between two flushes: the disk is busy from early on, and little is left to wait for at the end.</summary>
    private const int FlushDistance = 8 << 20;

    private readonly string _path;
    private readonly string _temporaryPath;
    private readonly bool _overwrite;
    private readonly SafeFileHandle _handle;
    private readonly object _gate = new();
    private BufferedStream? _stream;
    private Task _flushing = Task.CompletedTask;
    private long _unflushed;
    private bool _isCommitted;

    private PendingFile(string path, string temporaryPath, bool overwrite, SafeFileHandle handle) =>
        (_path, _temporaryPath, _overwrite, _handle) = (path, temporaryPath, overwrite, handle);

    /// <summary>Where the bytes are until they are committed.</summary>
    public string TemporaryPath => _temporaryPath;

    /// <summary>The file as a stream, for those who write it in one go.</summary>
    public Stream Stream => _stream ??= new BufferedStream(new FileStream(_handle, FileAccess.ReadWrite, bufferSize: 0), 1 << 16);

    /// <summary>Starts a file in a folder that is made if need be; replaces an existing one.</summary>
    public static PendingFile Replace(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, e);
        }

        return Create(path, overwrite: true);
    }

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

        FlushBehind(bytes.Length);
    }

    /// <summary>Gives the file its name.</summary>
    public void Commit()
    {
        try
        {
            _stream?.Flush();
            // A system tells of a failed flush once: one that failed on the way must not be forgotten over a good one.
            _flushing.GetAwaiter().GetResult();
            RandomAccess.FlushToDisk(_handle);
            _handle.Dispose();
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
        if (_isCommitted)
            return;
        ((IAsyncResult)_flushing).AsyncWaitHandle.WaitOne();
        _handle.Dispose();
        File.Delete(_temporaryPath);
    }

    private void FlushBehind(int written)
    {
        lock (_gate)
        {
            _unflushed += written;
            if (_unflushed >= FlushDistance && _flushing.IsCompletedSuccessfully)
                _flushing = Task.Run(Flush);
        }
    }

    private void Flush()
    {
        while (IsFlushDue())
            RandomAccess.FlushToDisk(_handle);
    }

    private bool IsFlushDue()
    {
        lock (_gate)
        {
            if (_unflushed < FlushDistance)
                return false;
            _unflushed = 0;
            return true;
        }
    }

    private static RecoveryException Failed(string path, Exception e) => new(
        "FileWriteFailed", RecoveryErrorKind.WriteError, $"the file cannot be written: {e.Message}", path, inner: e);
}
