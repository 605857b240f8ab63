namespace MySqlRecovery.InnoDb.Repair;

/// <summary>What is needed of the pages of a walk.</summary>
internal enum PageRewritePurpose
{
    /// <summary>How many changes there are: checksums are not made.</summary>
    Count,

    /// <summary>The pages as they are to become.</summary>
    Write,

    /// <summary>The pages before and after.</summary>
    Compare,
}
