using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>One changed row of a transaction.</summary>
/// <param name="Map">Its table.</param>
/// <param name="Operation">What happened to it.</param>
/// <param name="Before">As it was; null for an insert.</param>
/// <param name="After">As it became; null for a delete, and where the log holds changes of JSON values only.</param>
internal sealed record LoggedRow(TableMap Map, RowOperation Operation, LoggedImage? Before, LoggedImage? After)
{
    /// <summary>Whether both say the same about all columns that both have.</summary>
    public bool IsSame(LoggedRow other) =>
        Operation == other.Operation && Map.Table == other.Map.Table && Map.Database == other.Map.Database
        && LoggedImage.AreCompatible(Before, other.Before) && LoggedImage.AreCompatible(After, other.After);
}
