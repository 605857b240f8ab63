namespace MySqlRecovery.Schema;

/// <summary>A column that ALTER TABLE adds or defines anew.</summary>
/// <param name="OldName">The column that it replaces; null: it is added.</param>
/// <param name="Draft">The definition.</param>
/// <param name="IsFirst">FIRST.</param>
/// <param name="After">The column of AFTER; null if there is none.</param>
internal sealed record ColumnChange(string? OldName, ColumnDraft Draft, bool IsFirst, string? After)
{
    /// <summary>Whether the statement says where the column goes.</summary>
    public bool IsPlaced => IsFirst || After != null;
}
