namespace MySqlRecovery.Model;

/// <summary>What went wrong, coarsely: the cmdlets turn it into PowerShell's error category of the same meaning.</summary>
public enum RecoveryErrorKind
{
    /// <summary>The bytes are not what they claim to be: wrong file, damage, a wrong checksum.</summary>
    InvalidData,

    /// <summary>A file, table or key is not there.</summary>
    ObjectNotFound,

    /// <summary>The destination is there already.</summary>
    ResourceExists,

    /// <summary>The input or the combination of arguments makes no sense.</summary>
    InvalidArgument,

    /// <summary>Reading failed in the operating system.</summary>
    ReadError,

    /// <summary>Writing failed in the operating system, for example on a full disk.</summary>
    WriteError,

    /// <summary>The input is right, but this cannot be done with it.</summary>
    NotSupported,

    /// <summary>The operating system or the server does not allow it.</summary>
    PermissionDenied,

    /// <summary>The server cannot be reached or the connection broke.</summary>
    ConnectionError,

    /// <summary>The server refused the credentials.</summary>
    AuthenticationError,

    /// <summary>The time allowed was not enough.</summary>
    OperationTimeout,

    /// <summary>A bound on memory or size was reached.</summary>
    LimitsExceeded,
}
