using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MySqlRecovery.Input;

/// <summary>
/// Makes the steps of readings, each on a thread of its own, so that none waits for another, and the pipeline's thread has
/// time for the pipeline. What they give comes in its order for each of them.
/// </summary>
internal sealed class ParallelReading : IDisposable
{
    private const int Enough = 64;
    private const int MaximumCount = 1024;
    private const long MaximumSize = 4 << 20;

    // To be woken for every single object would cost more than to make it.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly object _gate = new();
    private readonly CancellationToken _stop;
    private readonly Task[] _tasks;
    private List<object> _made = [];
    private List<object> _taken = [];
    private long _size;
    private int _running;
    private readonly IReadOnlyList<LogReading> _readings;

    /// <param name="readings">Each is disposed of at its end.</param>
    /// <param name="stop">The one that stops the readings' scans.</param>
    public ParallelReading(IReadOnlyList<LogReading> readings, CancellationToken stop)
    {
        _stop = stop;
        _readings = readings;
        _running = readings.Count;
        _tasks = [.. readings.Select(r => Task.Factory.StartNew(() => Run(r), TaskCreationOptions.LongRunning))];
    }

    /// <summary>Whether everything was given.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_gate)
                return _running == 0 && _made.Count == 0;
        }
    }

    /// <summary>How far the first reading that is not at its end is; null where none has begun.</summary>
    public LogPlace? Place => _readings.Select(r => r.PlaceNow).FirstOrDefault(p => p != null);

    /// <summary>The next output objects, <see cref="Model.RecoveryException"/>s among them; none if none come within the time.</summary>
    /// <exception cref="OperationCanceledException">Reading was stopped.</exception>
    public IReadOnlyList<object> Take(TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            if (_made.Count < Enough && _running > 0)
                Monitor.Wait(_gate, Pause);
            while (_made.Count == 0 && _running > 0 && !_stop.IsCancellationRequested && Stopwatch.GetElapsedTime(start) < patience)
                Monitor.Wait(_gate, Pause);
            _stop.ThrowIfCancellationRequested();
            _taken.Clear();
            (_made, _taken) = (_taken, _made);
            _size = 0;
            Monitor.PulseAll(_gate);
            return _taken;
        }
    }

    /// <summary>Waits until every reading is at its end or has been stopped.</summary>
    public void Dispose() => Task.WaitAll(_tasks);

    [MethodImpl(Jit.Hot)]
    private void Run(LogReading reading)
    {
        try
        {
            for (bool more = true; more;)
            {
                more = reading.Step();
                if (reading.Items.Count + reading.Errors.Count > 0)
                    Add(reading);
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever stopped it waits for no more.
        }
        finally
        {
            reading.Dispose();
            lock (_gate)
            {
                _running--;
                Monitor.PulseAll(_gate);
            }
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Add(LogReading reading)
    {
        lock (_gate)
        {
            int before = _made.Count;
            _made.AddRange(reading.Errors);
            _made.AddRange(reading.Items);
            _size += reading.Size;
            if (before < Enough && _made.Count >= Enough)
                Monitor.PulseAll(_gate);
            while ((_made.Count >= MaximumCount || _size >= MaximumSize) && !_stop.IsCancellationRequested)
                Monitor.Wait(_gate, Pause);
        }
    }
}
