namespace MySqlRecovery.Model;

/// <summary>How bad a <see cref="ConsistencyFinding"/> is.</summary>
public enum FindingSeverity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Data can be lost or drift.</summary>
    Warning,

    /// <summary>Data is lost or differs.</summary>
    Error,
}
