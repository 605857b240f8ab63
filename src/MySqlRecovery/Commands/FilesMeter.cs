namespace MySqlRecovery.Commands;

/// <summary>How far work on several files at once is: bytes, counted on whatever thread, shown by the pipeline's own.</summary>
/// <param name="progress">Shows it.</param>
/// <param name="name">What is done.</param>
/// <param name="total">Bytes in all.</param>
internal sealed class FilesMeter(ProgressMeter progress, string name, long total)
{
    private long _done;
    private volatile string _file = string.Empty;

    /// <summary>Does the work on a file, whose bytes count as done afterwards, however many of them it looked at.</summary>
    /// <param name="file">The file.</param>
    /// <param name="bytes">Bytes to be done.</param>
    /// <param name="work">The work; what it is given takes the bytes that are done since it was last called.</param>
    public T Do<T>(string file, long bytes, Func<Action<int>, T> work)
    {
        long counted = 0;
        _file = file;
        try
        {
            return work(more =>
            {
                Interlocked.Add(ref counted, more);
                Interlocked.Add(ref _done, more);
            });
        }
        finally
        {
            Interlocked.Add(ref _done, bytes - Interlocked.Read(ref counted));
        }
    }

    /// <summary>Shows how far it is, once a file was begun, at most five times a second.</summary>
    public void Show()
    {
        if (_file.Length > 0 && progress.IsDue())
            progress.Show(name, _file, Interlocked.Read(ref _done), total);
    }
}
