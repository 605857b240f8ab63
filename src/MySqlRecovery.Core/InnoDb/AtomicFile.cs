using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb;

/// <summary>A file that appears under its name only when it is complete: written beside it, flushed to the disk, renamed.</summary>
internal sealed class AtomicFile : IDisposable
{
    private const string Suffix = ".repairing";
    private readonly string _path;
    private readonly string _temporary;
    private bool _isCommitted;

    public AtomicFile(string path)
    {
        _path = path;
        _temporary = path + Suffix;
        Guard(() =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            Stream = new FileStream(_temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1 << 16);
        });
    }

    public FileStream Stream { get; private set; } = null!;

    /// <summary>Where the contents are until <see cref="Commit"/>.</summary>
    public string TemporaryPath => _temporary;

    /// <summary>Gives the file its name, in place of what has it.</summary>
    public void Commit()
    {
        Guard(() =>
        {
            Flush();
            Stream.Dispose();
            File.Move(_temporary, _path, overwrite: true);
        });
        _isCommitted = true;
    }

    /// <summary>Makes sure that everything is on the disk.</summary>
    public void Flush() => Stream.Flush(flushToDisk: true);

    public void Dispose()
    {
        if (_isCommitted)
            return;
        Stream.Dispose();
        File.Delete(_temporary);
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecoveryException("IbdWriteError", RecoveryErrorKind.WriteError, e.Message, _path, inner: e);
        }
    }
}
