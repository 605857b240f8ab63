using System.Diagnostics.CodeAnalysis;
using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Changes;

/// <summary>A key that rows to be undone had.</summary>
[SuppressMessage("Performance", "CA1815", Justification = "Nobody compares it.")]
internal struct TakenKey
{
    /// <summary>The foreign key that rows refer to it by.</summary>
    public TableReference? Reference;

    /// <summary>How many more times it came than it went.</summary>
    public int Balance;

    /// <summary>Whether the foreign key changes what refers to it when the undo takes it away.</summary>
    public bool IsCarried;

    /// <summary>How many chosen rows came to refer to it.</summary>
    public int Chosen;

    /// <summary>How many rows of others came to refer to it.</summary>
    public int Count;

    /// <summary>The first of them.</summary>
    public string? Line;
}

/// <summary>A key to which rows refer that the undo brings back or changes.</summary>
[SuppressMessage("Performance", "CA1815", Justification = "Nobody compares it.")]
internal struct NeededKey
{
    /// <summary>Whether one of the rows is there.</summary>
    public bool IsThere;

    /// <summary>Whether the foreign key would have changed the rows when others gave it up.</summary>
    public bool IsCarried;

    /// <summary>How many more times others gave it up than made it.</summary>
    public int Gone;

    /// <summary>The first of them.</summary>
    public string? Line;
}
