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
