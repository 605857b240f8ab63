using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>The times of events that a range of time is compared with.</summary>
internal static class EventTimes
{
    /// <summary>
    /// The event's own time, or that of its transaction's commit, as the filter asks for. What belongs to no transaction was not
    /// committed and goes by its own time.
    /// </summary>
    /// <exception cref="RecoveryException">CommitTimeUnknown.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DateTime TimeFor(this in EventView view, EventFilter filter) =>
        filter.ComparesCommitTime && view.TransactionPosition > 0 ? view.CommitTime ?? throw Unknown(view) : view.Timestamp;

    private static RecoveryException Unknown(in EventView view) => new(
        "CommitTimeUnknown", RecoveryErrorKind.ObjectNotFound,
        $"the log does not say when the transaction at {view.TransactionPosition} was committed: MySQL does so from 8.0.1 on, "
            + "MariaDB does not",
        view.LogPath ?? view.LogFile, view.Position,
        recommendedAction: "Leave -TimeBasis Commit out: the time in the events goes to the second, and is that of the statement's start.");
}
