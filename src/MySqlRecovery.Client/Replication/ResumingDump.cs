using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Replication;

/// <summary>
/// A dump that outlives its connection: where one breaks off, another goes on after the last event, so that nothing is
/// lost or doubled. Events are looked at one by one before they are taken.
/// </summary>
internal sealed class ResumingDump : IDisposable
{
    // A server takes some seconds to come back. Who follows a log waits for as long as it takes.
    private const int MaxAttempts = 10;

    private const int MaxDoublings = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.25);

    private readonly ConnectionOptions _options;
    private readonly Action<string> _warn;
    private readonly CancellationToken _stop;
    private BinlogDumpRequest _request;
    private BinlogDump? _dump;
    private bool _hasEvent;
    private bool _hasBegun;
    private bool _ended;

    /// <param name="options">The server.</param>
    /// <param name="request">Where to start; a blocking one is resumed without limit.</param>
    /// <param name="warn">Takes the news that a connection was lost.</param>
    /// <param name="stop">Ends the dump within moments, whatever it waits for.</param>
    public ResumingDump(ConnectionOptions options, BinlogDumpRequest request, Action<string> warn, CancellationToken stop)
    {
        _options = options;
        _request = request;
        _warn = warn;
        _stop = stop;
    }

    /// <summary>The event looked at; good until <see cref="Take"/>.</summary>
    public BinlogDump Current => _dump!;

    /// <summary>Whether no more events will come: all were given, a failure ended the dump, or it was disposed of.</summary>
    public bool IsOver => _ended && !_hasEvent;

    /// <summary>Looks at the next event; false at the end of the last file.</summary>
    /// <exception cref="RecoveryException">BinlogPurged, ServerUnreachable, ServerPrivilegeMissing ... Then the dump is over.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public bool Peek()
    {
        for (int attempt = 0; !_hasEvent && !_ended;)
        {
            RecoveryException lost;
            try
            {
                Read();
                continue;
            }
            catch (RecoveryException e) when (CanResume(e, attempt))
            {
                lost = e;
            }
            catch
            {
                Dispose();
                throw;
            }

            Resume(lost, attempt++);
        }

        return _hasEvent;
    }

    /// <summary>Steps over the event looked at.</summary>
    public void Take() => _hasEvent = false;

    public void Dispose()
    {
        _ended = true;
        _hasEvent = false;
        _dump?.Dispose();
    }

    private void Read()
    {
        _dump ??= BinlogDump.Open(_options, _request, _stop);
        while (_dump.Read(_stop))
        {
            // Another connection starts with the format description that is known already.
            if (_hasBegun && !_dump.IsStored)
                continue;
            _hasBegun = _hasEvent = true;
            return;
        }

        _ended = true;
    }

    private bool CanResume(RecoveryException e, int attempt) =>
        _hasBegun && e.ErrorId is "ServerConnectionLost" or "ServerTimeout" or "ServerUnreachable"
        && (_request.Blocking || attempt < MaxAttempts);

    private void Resume(RecoveryException lost, int attempt)
    {
        if (attempt == 0)
            _warn($"{lost.Message}; going on after {_dump!.FileName}:{_dump.NextPosition}");
        if (_dump != null)
        {
            _request = _dump.Resume;
            _dump.Dispose();
            _dump = null;
        }

        _stop.WaitHandle.WaitOne(FirstPause * (1 << Math.Min(attempt, MaxDoublings)));
        _stop.ThrowIfCancellationRequested();
    }
}
