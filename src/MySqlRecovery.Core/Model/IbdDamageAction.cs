namespace MySqlRecovery.Model;

/// <summary>What <c>Repair-IbdSpaceId</c> does with a file that has damaged pages.</summary>
public enum IbdDamageAction
{
    /// <summary>Leaves the file alone and reports the pages.</summary>
    Stop,

    /// <summary>Repairs the other pages, leaves the damaged ones as they are and reports them.</summary>
    Skip,
}
