namespace MySqlRecovery.Model;

/// <summary>How sure a <see cref="ConsistencyFinding"/> is.</summary>
public enum FindingConfidence
{
    /// <summary>It could not be seen, for example because SQL does not show it.</summary>
    Unknown,

    /// <summary>The evidence allows other explanations.</summary>
    Likely,

    /// <summary>The servers or their logs show it.</summary>
    Proven,
}
