namespace MySqlRecovery.IO;

/// <summary>A file that another thread is writing: a read beyond what is there waits for it.</summary>
internal sealed class GrowingSource(ByteSource file) : ByteSource(file.Path)
{
    private readonly object _gate = new();
    private long _available;
    private bool _isComplete;
    private bool _isAbandoned;

    /// <summary>Length in bytes; while the file is being written, as long as a file can be.</summary>
    public override long Length
    {
        get
        {
            lock (_gate)
                return _isComplete ? file.Length : long.MaxValue;
        }
    }

    /// <summary>So many bytes from the start have been written.</summary>
    public void Grow(long length) => Change(() => _available = length);

    /// <summary>All has been written.</summary>
    public void Complete() => Change(() => _isComplete = true);

    /// <summary>No more will be written: whoever waits is cancelled.</summary>
    public void Abandon() => Change(() => _isAbandoned = true);

    /// <exception cref="OperationCanceledException">The writing failed.</exception>
    public override int Read(long offset, Span<byte> destination)
    {
        lock (_gate)
        {
            while (!_isComplete && !_isAbandoned && _available - offset < destination.Length)
                Monitor.Wait(_gate);
            if (_isAbandoned)
                throw new OperationCanceledException();
        }

        return file.Read(offset, destination);
    }

    public override void Dispose() => file.Dispose();

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            Monitor.PulseAll(_gate);
        }
    }
}
