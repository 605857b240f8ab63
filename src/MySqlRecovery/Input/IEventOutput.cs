using MySqlRecovery.Binlog.Scan;

namespace MySqlRecovery.Input;

/// <summary>Makes a cmdlet's output of the events of one scan.</summary>
internal interface IEventOutput
{
    /// <summary>Takes sums that are known in place of rows; null where it must see the rows.</summary>
    IStretchSums? Sums => null;

    /// <summary>Adds what the event that the scan stands on gives.</summary>
    void Take(EventScan scan, List<object> items);

    /// <summary>Adds what is left at the end.</summary>
    void Complete(List<object> items)
    {
    }
}
