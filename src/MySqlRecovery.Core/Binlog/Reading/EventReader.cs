using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;

namespace MySqlRecovery.Binlog.Reading;

/// <summary>
/// A sequence of events, one at a time. <see cref="Raw"/> and <see cref="Body"/> point into the reader's buffer and are
/// good until the next <see cref="Read"/>.
/// </summary>
internal abstract class EventReader : IDisposable
{
    /// <summary>What errors call this input: the path of the file, or the server.</summary>
    public abstract string Path { get; }

    /// <summary>The log's own name, as the server lists it: <c>binlog.000042</c>.</summary>
    public abstract string LogFile { get; }

    /// <summary>The format description in force.</summary>
    public abstract FormatDescriptionEvent Format { get; }

    public EventHeader Header { get; protected set; }

    /// <summary>Byte offset of the event in its log.</summary>
    public long Position { get; protected set; }

    /// <summary>Offset in the uncompressed payload, where the event comes out of a TRANSACTION_PAYLOAD; else 0.</summary>
    public virtual long PayloadOffset => 0;

    /// <summary>Byte offset after the event.</summary>
    public long EndPosition { get; protected set; }

    /// <summary>The whole event: header, body, checksum.</summary>
    public abstract ReadOnlySpan<byte> Raw { get; }

    /// <summary>The event without common header and checksum.</summary>
    public abstract ReadOnlySpan<byte> Body { get; }

    /// <summary>
    /// The event without its checksum, for the caller to keep. A large one is there once only: <see cref="Raw"/> and
    /// <see cref="Body"/> are parts of it from then on.
    /// </summary>
    [MethodImpl(Jit.Hot)]
    public virtual byte[] TakeRaw() => Raw[..(EventHeader.Size + Body.Length)].ToArray();

    /// <summary>The array that holds the event until the next <see cref="Read"/>; null where no array does.</summary>
    /// <param name="start">Where it starts.</param>
    /// <param name="bodyLength">Bytes of its body.</param>
    public virtual byte[]? ArrayOf(out int start, out int bodyLength)
    {
        (start, bodyLength) = (0, 0);
        return null;
    }

    /// <summary>Whether the event was made from a compressed one: its bytes are not at its position in the log.</summary>
    public virtual bool IsExpanded => false;

    /// <summary>The bytes that positions refer to, for reading again; whoever takes them disposes of them.</summary>
    public abstract ByteSource TakeSource();

    /// <summary>
    /// Bytes of the log at an offset, without moving on; fewer than asked for mean that the log ends there, -1 that what is
    /// to come cannot be seen yet.
    /// </summary>
    public abstract int ReadAhead(long offset, Span<byte> destination);

    /// <summary>Goes to the next event; false at the end of the log.</summary>
    public abstract bool Read();

    /// <summary>Goes on with the event at an offset, where a file is read; the format description must have been read.</summary>
    public virtual void Seek(long position) => throw new NotSupportedException();

    /// <summary>Reads no further ahead than to an offset, at which reading may go on elsewhere; events go beyond it all the same.</summary>
    public virtual void Expect(long end)
    {
    }

    public abstract void Dispose();
}
