namespace MySqlRecovery.Model;

/// <summary>
/// The one exception that the engine throws for bad input or a failed step. It names the file (or server) and the
/// byte offset where that is known, carries a stable id to script against, and says what to do next.
/// </summary>
public sealed class RecoveryException : Exception
{
    /// <summary>Makes the exception; the message gets the file and the offset appended.</summary>
    /// <param name="errorId">Short, stable, Pascal case: <c>BinlogChecksumMismatch</c>, <c>BinlogTruncated</c>.</param>
    /// <param name="kind">The coarse kind.</param>
    /// <param name="message">What is wrong, in one sentence without file and offset.</param>
    /// <param name="path">The file or server concerned, if any.</param>
    /// <param name="offset">Byte offset in that file, if known.</param>
    /// <param name="recommendedAction">What the user can do, if there is something.</param>
    /// <param name="inner">The cause, if another exception was.</param>
    public RecoveryException(
        string errorId,
        RecoveryErrorKind kind,
        string message,
        string? path = null,
        long? offset = null,
        string? recommendedAction = null,
        Exception? inner = null)
        : base(Locate(message, path, offset), inner)
    {
        ErrorId = errorId;
        Kind = kind;
        Detail = message;
        Path = path;
        Offset = offset;
        RecommendedAction = recommendedAction;
    }

    /// <summary>Stable id to script against.</summary>
    public string ErrorId { get; }

    /// <summary>The coarse kind of the failure.</summary>
    public RecoveryErrorKind Kind { get; }

    /// <summary>The message without file and offset.</summary>
    public string Detail { get; }

    /// <summary>The file or server concerned, if any.</summary>
    public string? Path { get; }

    /// <summary>Byte offset in <see cref="Path"/>, if known.</summary>
    public long? Offset { get; }

    /// <summary>What the user can do about it, if there is something.</summary>
    public string? RecommendedAction { get; }

    private static string Locate(string message, string? path, long? offset) => (path, offset) switch
    {
        (null, _) => message,
        (_, null) => $"{path}: {message}",
        _ => $"{path}, offset {offset}: {message}",
    };
}

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
