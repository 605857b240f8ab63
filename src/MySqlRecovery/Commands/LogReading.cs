using MySqlRecovery.Model;
using MySqlRecovery.Transactions;

namespace MySqlRecovery.Commands;

/// <summary>Reads one input step by step. A step writes nothing, so that it can be made on any thread.</summary>
internal sealed class LogReading(EventScan scan, IEventOutput output) : IDisposable
{
    public EventScan Scan => scan;

    /// <summary>What the last step gave.</summary>
    public List<object> Items { get; } = [];

    /// <summary>What went wrong in the last step; reading goes on behind it.</summary>
    public List<RecoveryException> Errors { get; } = [];

    /// <summary>Goes to the next matching event; false at the end.</summary>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    public bool Step()
    {
        Items.Clear();
        Errors.Clear();
        bool isThere = true;
        RecoveryException? error = null;
        try
        {
            isThere = scan.Read();
            if (isThere)
                output.Take(scan, Items);
            else
                output.Complete(Items);
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
