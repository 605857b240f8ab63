using System.Collections.Concurrent;

namespace MySqlRecovery.Commands;

/// <summary>
/// Makes the steps of several readings, each on a thread of its own, so that none waits for another. What they give comes
/// in its order for each of them.
/// </summary>
internal sealed class ParallelReading : IDisposable
{
    private const int Capacity = 1024;

    private readonly BlockingCollection<object> _queue = new(Capacity);
    private readonly CancellationToken _stop;
    private readonly Task[] _tasks;
    private int _running;

    /// <param name="readings">Each is disposed of at its end.</param>
    /// <param name="stop">The one that stops the readings' scans.</param>
    public ParallelReading(IReadOnlyList<LogReading> readings, CancellationToken stop)
    {
        _stop = stop;
        _running = readings.Count;
        _tasks = [.. readings.Select(r => Task.Factory.StartNew(() => Run(r), TaskCreationOptions.LongRunning))];
    }

    /// <summary>Whether everything was given.</summary>
    public bool IsComplete => _queue.IsCompleted;

    /// <summary>The next output object, or a <see cref="Model.RecoveryException"/>; null if none comes within the time.</summary>
    /// <exception cref="OperationCanceledException">Reading was stopped.</exception>
    public object? Take(TimeSpan patience) => _queue.TryTake(out object? item, (int)patience.TotalMilliseconds, _stop) ? item : null;

    /// <summary>Waits until every reading is at its end or has been stopped.</summary>
    public void Dispose()
    {
        Task.WaitAll(_tasks);
        _queue.Dispose();
    }

    private void Run(LogReading reading)
    {
        try
        {
            for (bool more = true; more;)
            {
                more = reading.Step();
                foreach (object item in reading.Items.Concat(reading.Errors))
                    _queue.Add(item, _stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever stopped it waits for no more.
        }
        finally
        {
            reading.Dispose();
            if (Interlocked.Decrement(ref _running) == 0)
                _queue.CompleteAdding();
        }
    }
}
