namespace MySqlRecovery.Model;

/// <summary>
/// Bytes that are not what they should be. Parsers throw without file and offset, which they do not know; whoever has both
/// catches what <see cref="Is"/> says, and adds them once.
/// </summary>
internal static class MalformedData
{
    /// <summary>Whether a parser threw it at bytes that it cannot read: too few of them, or wrong ones.</summary>
    public static bool Is(Exception e) => e is EndOfStreamException or InvalidDataException;

    /// <summary>The error of an event that cannot be read.</summary>
    /// <param name="what">What it is: <c>the QUERY event</c>.</param>
    /// <param name="cause">What the parser threw.</param>
    /// <param name="path">The log.</param>
    /// <param name="offset">Offset of the event; null where it is not known.</param>
    public static RecoveryException OfEvent(string what, Exception cause, string? path, long? offset) => new(
        "BinlogEventMalformed", RecoveryErrorKind.InvalidData, $"{what} cannot be read: {cause.Message}", path, offset, inner: cause);
}
