using MySqlRecovery.Binlog.Events;

namespace MySqlRecovery.Model;

/// <summary>What a row event did to its rows. No member is zero, so that <c>Where-Object Operation</c> finds row events.</summary>
public enum RowOperation
{
    /// <summary>Rows were inserted: only after images.</summary>
    Insert = 1,

    /// <summary>Rows were updated: a before and an after image each.</summary>
    Update = 2,

    /// <summary>Rows were deleted: only before images.</summary>
    Delete = 3,
}
