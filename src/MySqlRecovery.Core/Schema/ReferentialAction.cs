namespace MySqlRecovery.Schema;

/// <summary>What happens to the child rows when the parent row goes or changes.</summary>
internal enum ReferentialAction
{
    /// <summary>It is refused; also if nothing is said.</summary>
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}
