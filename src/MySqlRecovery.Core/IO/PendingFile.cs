using Microsoft.Win32.SafeHandles;
using MySqlRecovery.Model;

namespace MySqlRecovery.IO;

/// <summary>
/// A file that comes into being whole or not at all: written under a temporary name in its folder, flushed to the disk and
/// renamed by <see cref="Commit"/>, removed by Dispose otherwise. Until then nobody else may read it. A file that is replaced
/// keeps its owner, its group and its rights; a link stays, and what it leads to is replaced.
/// </summary>
internal sealed class PendingFile : IDisposable
{
    /// <summary>Bytes between two flushes: the disk is busy from early on, and little is left to wait for at the end.</summary>
    private const int FlushDistance = 8 << 20;

    private const uint GroupRights = 0b111_000;

    private readonly string _path;
    private readonly string _temporaryPath;
    private readonly bool _overwrite;
    private readonly FileStatus? _like;
    private readonly bool _takesOwner;
    private readonly SafeFileHandle _handle;
    private readonly object _gate = new();
    private BufferedStream? _stream;
    private Task _flushing = Task.CompletedTask;
    private long _unflushed;
    private bool _isCommitted;

    private PendingFile(string path, string temporaryPath, bool overwrite, SafeFileHandle handle, FileStatus? like, bool takesOwner) =>
        (_path, _temporaryPath, _overwrite, _handle, _like, _takesOwner) = (path, temporaryPath, overwrite, handle, like, takesOwner);

    /// <summary>Where the bytes are until they are committed.</summary>
    public string TemporaryPath => _temporaryPath;

    /// <summary>The file as a stream, for those who write it in one go.</summary>
    public Stream Stream => _stream ??= new BufferedStream(new FileStream(_handle, FileAccess.ReadWrite, bufferSize: 0), 1 << 16);

    /// <summary>Starts a file in a folder that is made if need be; replaces an existing one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="like">The file whose owner, group and rights a new one takes, as far as the system lets this user.</param>
    public static PendingFile Replace(string path, string like)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, e);
        }

        return Start(path, overwrite: true, FileStatus.Of(like), takesOwner: true);
    }

    /// <summary>Starts a file; an existing one is an error with id DestinationExists unless it may be overwritten.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether an existing one is replaced.</param>
    /// <param name="sources">What it is made from: others may read a new file only if they may read all of these, and so may a group,
    /// if it is the same one.</param>
    public static PendingFile Create(string path, bool overwrite, IEnumerable<string> sources)
    {
        FileStatus? all = null;
        foreach (string source in sources)
        {
            FileStatus one = Path.IsPathRooted(source) ? FileStatus.Of(source) ?? default : default;
            // Members of one of two groups need not be members of the other.
            uint rights = all == null ? one.Mode : all.Value.Mode & one.Mode & (all.Value.Group == one.Group ? ~0u : ~GroupRights);
            all = one with { Mode = rights };
        }

        return Start(path, overwrite, all ?? default, takesOwner: false);
    }

    private static PendingFile Start(string path, bool overwrite, FileStatus? like, bool takesOwner)
    {
        CheckFree(path, overwrite);
        string target = FollowLinks(path);
        FileStatus? replaced = File.Exists(target) ? FileStatus.Of(target) : null;
        string temporary = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(target))!, $".mysqlrecovery-{Guid.NewGuid():N}.tmp");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            // Closed again at once: a handle opened by path has no mode of its own to be created with.
            File.Open(temporary, options).Dispose();
            SafeFileHandle handle = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            return new PendingFile(target, temporary, overwrite, handle, replaced ?? like, takesOwner || replaced != null);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new RecoveryException("FolderNotFound", RecoveryErrorKind.ObjectNotFound, "the folder does not exist", path, inner: e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new RecoveryException(
                "FileNotWritable", RecoveryErrorKind.PermissionDenied, "the folder may not be written by this user", path, inner: e);
        }
        catch (IOException e)
        {
            throw Failed(path, e);
        }
    }

    /// <summary>Fails where the destination is there and may not be overwritten, or is one of the files that are read.</summary>
    public static void CheckFree(string path, bool overwrite, IEnumerable<string>? inputs = null)
    {
        if (Directory.Exists(path))
            throw new RecoveryException("DestinationExists", RecoveryErrorKind.ResourceExists, "this is a folder", path);
        if (inputs?.FirstOrDefault(i => FileStatus.IsSame(path, i)) is { } input)
            throw new RecoveryException(
                "DestinationIsInput", RecoveryErrorKind.InvalidArgument,
                $"this is {(input == path ? "a file that is read" : $"{input}, which is read")}: "
                    + "it would be replaced by what is made from it", path,
                recommendedAction: "Choose another name.");
        if (!overwrite && File.Exists(path))
            throw new RecoveryException(
                "DestinationExists", RecoveryErrorKind.ResourceExists, "the file exists already", path,
                recommendedAction: "Choose another name, or use -Force to overwrite it.");
        if (FileStatus.Of(path) is { IsRegular: false })
            throw new RecoveryException("DestinationNotAFile", RecoveryErrorKind.InvalidArgument, "this is a device, a pipe or a socket",
                path,
                recommendedAction: "Name a file, or leave the path out and take what comes down the pipeline.");
    }

    private static string FollowLinks(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget == null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, e);
        }
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
            TakeRights();
            RandomAccess.FlushToDisk(_handle);
            _handle.Dispose();
            // On Windows a file that is replaced in this way keeps its access control list.
            if (OperatingSystem.IsWindows() && _overwrite && File.Exists(_path))
                File.Replace(_temporaryPath, _path, null);
            else
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

    private void TakeRights()
    {
        if (OperatingSystem.IsWindows() || _like is not { } like)
            return;
        FileStatus own = FileStatus.Of(_temporaryPath)!.Value;
        if (_takesOwner && (own.Owner, own.Group) != (like.Owner, like.Group)
            && !FileStatus.TryChangeOwner(_handle, like.Owner, like.Group) && File.Exists(_path))
        {
            throw new RecoveryException("FileNotWritable", RecoveryErrorKind.PermissionDenied,
                "the file belongs to another user, who would lose it: this user may not give a file away", _path,
                recommendedAction: "Run as the owner or as root, or write to another place.");
        }

        if (!_takesOwner && own.Group != like.Group)
            like = like with { Mode = like.Mode & ~GroupRights };
        File.SetUnixFileMode(_handle, (like.Rights & ~(UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute))
            | UnixFileMode.UserRead | UnixFileMode.UserWrite);
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
