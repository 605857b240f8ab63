using System.Buffers.Binary;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Encryption;

/// <summary>
/// A log that MariaDB encrypted (encrypt_binlog), decrypted where it is read. After a START_ENCRYPTION event (scheme 1,
/// key version 4, nonce 12) every event is encrypted by itself, all but its length: offsets stay what they are.
/// </summary>
internal sealed class MariaDbEncryptedSource : ByteSource
{
    // Where each hundredth event starts, so that going back does not begin at the start of the log.
    private const int EventsPerMark = 100;
    private readonly List<long> _marks;
    private readonly ByteSource _source;
    private readonly MariaDbCipher _cipher;
    private readonly long _start;
    private byte[] _event = [];
    private long _eventOffset;
    private int _eventLength;
    private long _markedEnd;
    private int _sinceMark;

    private MariaDbEncryptedSource(ByteSource source, MariaDbCipher cipher, long start)
        : base(source.Path)
    {
        _source = source;
        _cipher = cipher;
        _start = start;
        _eventOffset = _markedEnd = start;
        _marks = [start];
    }

    public override long Length => _source.Length;

    /// <summary>Where the encrypted events start; null for other logs.</summary>
    public static long? FindStart(ByteSource source)
    {
        Span<byte> header = stackalloc byte[EventHeader.Size];
        long second = FileEventReader.FirstPosition;
        if (source.Read(second, header) < header.Length
            || EventHeader.Parse(header) is not { Type: BinlogEventType.FormatDescription } format)
            return null;
        second += format.Length;
        return source.Read(second, header) == header.Length
            && EventHeader.Parse(header) is { Type: BinlogEventType.MariaDbStartEncryption } start
            ? second + start.Length : null;
    }

    /// <summary>
    /// Opens an encrypted log; disposes <paramref name="source"/> with itself. Errors have the ids BinlogKeyMissing,
    /// BinlogKeyWrong and BinlogEncryptionHeaderInvalid.
    /// </summary>
    public static MariaDbEncryptedSource Open(ByteSource source, Keyring keyring, long start)
    {
        // After the body there is a checksum, or there is none: the body is found from its front.
        Span<byte> header = stackalloc byte[EventHeader.Size];
        source.Read(FileEventReader.FirstPosition, header);
        long at = FileEventReader.FirstPosition + EventHeader.Parse(header).Length + EventHeader.Size;
        Span<byte> body = stackalloc byte[1 + 4 + MariaDbCipher.NonceLength];
        if (source.Read(at, body) < body.Length || body[0] != 1)
            throw new RecoveryException(
                "BinlogEncryptionHeaderInvalid", RecoveryErrorKind.InvalidData,
                $"the START_ENCRYPTION event has scheme {body[0]}, known is 1", source.Path, at);
        byte[] key = keyring.Find(Keyring.MariaDbLogKey) ?? throw new RecoveryException(
            "BinlogKeyMissing", RecoveryErrorKind.ObjectNotFound, $"the log is encrypted with key 1, which {keyring.Paths} does not hold",
            source.Path, 0,
            "Give the key file of MariaDB's file_key_management plugin, with lines such as 1;hexadecimal key.");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(body[1..]);
        var wrong = new RecoveryException(
            "BinlogKeyWrong", RecoveryErrorKind.InvalidData, $"the log is encrypted with version {version} of key 1, and key 1 in "
                + $"{keyring.Paths} does not decrypt it", source.Path, start,
            "Give the key file of the server that wrote the log. Logs whose keys another plugin manages cannot be read: let the server "
                + "decrypt them: -Server.");
        if (key.Length is not (16 or 24 or 32))
            throw wrong;

        // Which mode it was is a setting of the plugin (file_key_management_encryption_algorithm), not in the log.
        foreach (bool isCounterMode in (bool[])[false, true])
        {
            var opened = new MariaDbEncryptedSource(source, new MariaDbCipher(key, body[5..], isCounterMode), start);
            if (opened.IsReadable())
                return opened;
            opened._cipher.Dispose();
        }

        throw wrong;
    }

    public override int Read(long offset, Span<byte> destination)
    {
        lock (_marks)
            return ReadPlain(offset, destination);
    }

    public override void Dispose()
    {
        _cipher.Dispose();
        _source.Dispose();
    }

    private int ReadPlain(long offset, Span<byte> destination)
    {
        int done = 0;
        if (offset < _start)
            done = _source.Read(offset, destination[..(int)Math.Min(destination.Length, _start - offset)]);
        lock (_marks)
        {
            while (done < destination.Length && offset + done >= _start && Load(offset + done))
            {
                int inEvent = (int)(offset + done - _eventOffset);
                int count = Math.Min(_eventLength - inEvent, destination.Length - done);
                _event.AsSpan(inEvent, count).CopyTo(destination[done..]);
                done += count;
            }
        }

        return done;
    }

    private bool IsReadable()
    {
        if (!Load(_start))
            return true;
        EventHeader first = EventHeader.Parse(_event);
        return first.Type.IsKnown() && first.LogPos == (uint)(_start + first.Length);
    }

    /// <summary>Makes the event that holds an offset the present one; false at the end of the log.</summary>
    private bool Load(long offset)
    {
        if (offset < _eventOffset)
        {
            int mark = _marks.BinarySearch(offset);
            (_eventOffset, _eventLength) = (_marks[mark >= 0 ? mark : ~mark - 1], 0);
        }

        bool isLoaded = _eventLength > 0;
        while (!isLoaded || offset >= _eventOffset + _eventLength)
        {
            long next = _eventOffset + _eventLength;
            int length = LengthAt(next);
            if (length == 0)
                return false;
            (_eventOffset, _eventLength) = (next, length);
            Mark(next, length);
            isLoaded = offset < next + length;
            if (isLoaded)
                Decrypt();
        }

        return true;
    }

    private void Decrypt()
    {
        if (_event.Length < _eventLength)
            _event = new byte[_eventLength];
        Span<byte> stored = _event.AsSpan(0, _eventLength);
        _eventLength = _source.Read(_eventOffset, stored);
        // What is torn cannot be decrypted; the length in it says so to the reader.
        if (_eventLength >= EventHeader.Size && BinaryPrimitives.ReadUInt32LittleEndian(stored[9..]) == _eventLength)
            _cipher.Decrypt(stored, _eventOffset);
    }

    /// <summary>Bytes of the event at an offset; the rest of the log where there is none to be seen, 0 at the end.</summary>
    private int LengthAt(long offset)
    {
        Span<byte> header = stackalloc byte[EventHeader.Size];
        int got = _source.Read(offset, header);
        if (got < header.Length)
            return got;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header[9..]);
        bool isEvent = length is >= EventHeader.Size and <= FileEventReader.MaximumEventLength && length <= _source.Length - offset;
        return isEvent ? (int)length : header.Length;
    }

    private void Mark(long offset, int length)
    {
        if (offset < _markedEnd)
            return;
        _markedEnd = offset + length;
        if (++_sinceMark % EventsPerMark == 0)
            _marks.Add(offset);
    }
}

/// <summary>
/// Decrypts the events of a log that MariaDB encrypted (encrypt_binlog), each by itself, started from the log's nonce and the
/// event's offset (MariaDB: sql/log_event.cc <c>Log_event_writer</c>).
/// </summary>
internal sealed class MariaDbCipher : IDisposable
{
    /// <summary>Bytes of the nonce in a START_ENCRYPTION event.</summary>
    public const int NonceLength = 12;
    private readonly MariaDbBlockCipher _cipher;
    private readonly byte[] _nonce;

    public MariaDbCipher(byte[] key, ReadOnlySpan<byte> nonce, bool isCounterMode) =>
        (_cipher, _nonce) = (new MariaDbBlockCipher(key, isCounterMode), nonce.ToArray());

    /// <summary>Decrypts an event in place.</summary>
    /// <param name="stored">The event as it is in the log.</param>
    /// <param name="offset">Where it is: its low 32 bits are part of the start value.</param>
    public void Decrypt(Span<byte> stored, long offset)
    {
        // The length stays readable in its place; what it displaced stands where the timestamp will be.
        const int Length = 9;
        Span<byte> length = stackalloc byte[4];
        stored.Slice(Length, 4).CopyTo(length);
        stored[..4].CopyTo(stored[Length..]);
        Span<byte> start = stackalloc byte[MariaDbBlockCipher.BlockLength];
        _nonce.CopyTo(start);
        BinaryPrimitives.WriteUInt32LittleEndian(start[NonceLength..], (uint)offset);
        _cipher.Decrypt(stored[4..], start);
        stored.Slice(Length, 4).CopyTo(stored);
        length.CopyTo(stored[Length..]);
    }

    public void Dispose() => _cipher.Dispose();
}
