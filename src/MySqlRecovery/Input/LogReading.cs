using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Commands;
using MySqlRecovery.Model;

namespace MySqlRecovery.Input;

/// <summary>Reads one input step by step. A step writes nothing, so that it can be made on any thread.</summary>
internal sealed class LogReading(EventScan scan, IEventOutput output) : IDisposable
{
    /// <summary>What the last step gave.</summary>
    public List<object> Items { get; } = [];

    /// <summary>What went wrong in the last step; reading goes on behind it.</summary>
    public List<RecoveryException> Errors { get; } = [];

    /// <summary>Bytes of the event that the last step gave something of.</summary>
    public long Size { get; private set; }

    /// <summary>Where the last step led to; null at the end and where it failed.</summary>
    public LogPlace? Place { get; private set; }

    /// <summary>Goes to the next matching event; false at the end.</summary>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    public bool Step()
    {
        Items.Clear();
        Errors.Clear();
        Place = null;
        bool isThere = true;
        RecoveryException? error = null;
        try
        {
            isThere = scan.Read();
            if (isThere)
            {
                output.Take(scan, Items);
                Size = scan.Reader.Header.Length;
                Place = LogPlace.Of(scan);
            }
            else
            {
                output.Complete(Items);
            }
        }
        catch (RecoveryException e)
        {
            error = e;
        }

        while (scan.Gaps.TryDequeue(out RecoveryException? gap))
            Errors.Add(gap);
        if (error != null)
            Errors.Add(error);
        return isThere;
    }

    public void Dispose() => scan.Dispose();
}
