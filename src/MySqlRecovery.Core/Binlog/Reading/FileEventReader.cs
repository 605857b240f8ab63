using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Reading;

/// <summary>
/// Reads the events of a binlog file in order through one pooled buffer. Lengths, types, checksums and the format are
/// checked; anything wrong is a <see cref="RecoveryException"/> with file and offset, after all good events before it.
/// </summary>
internal sealed class FileEventReader : EventReader
{
    /// <summary>The server's own limit, <c>max_log_event_size</c>.</summary>
    public const uint MaximumEventLength = 1 << 30;

    /// <summary>Offset of the first event, after the magic number.</summary>
    public const int FirstPosition = 4;

    private readonly ByteSource _source;
    private readonly string _logFile;
    private readonly Action<RecoveryException>? _onGap;
    private readonly CancellationToken _stop;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(CheckedBlocks.BlockLength);
    private CheckedBlocks? _blocks;
    private long _checkedEnd;
    private long _expectedEnd = long.MaxValue;
    private long _bufferOffset;
    private int _bufferEnd;
    private int _eventStart;
    private LargeBuffer? _large;
    private byte[]? _taken;
    private bool _isLarge;
    private bool _isSourceTaken;
    private FormatDescriptionEvent? _format;
    private uint _serverId;

    /// <param name="source">The binlog; disposed with the reader.</param>
    /// <param name="onGap">
    /// Salvages: takes what is wrong at a place, and reading goes on after it. Without it what is wrong is thrown.
    /// </param>
    /// <param name="stop">Cancels the search for the next event.</param>
    public FileEventReader(ByteSource source, Action<RecoveryException>? onGap = null, CancellationToken stop = default)
    {
        _source = source;
        _onGap = onGap;
        _stop = stop;
        _logFile = System.IO.Path.GetFileName(LogContainer.LogName(source.Path));
        try
        {
            CheckMagic();
        }
        catch
        {
            Dispose();
            throw;
        }

        EndPosition = FirstPosition;
    }

    public override string Path => _source.Path;

    public override string LogFile => _logFile;

    public override FormatDescriptionEvent Format
    {
        [MethodImpl(Jit.Hot)]
        get => _format ?? throw Fail("NotABinlog", 0, "no format description event starts this file");
    }

    public override ReadOnlySpan<byte> Raw
    {
        [MethodImpl(Jit.Hot)]
        get => _isLarge ? RawOfLarge : _buffer.AsSpan(_eventStart, (int)Header.Length);
    }

    public override ReadOnlySpan<byte> Body
    {
        [MethodImpl(Jit.Hot)]
        get => _isLarge ? RawOfLarge.Slice(EventHeader.Size, (int)Header.Length - EventHeader.Size - ChecksumLength)
            : _buffer.AsSpan(_eventStart + EventHeader.Size, (int)Header.Length - EventHeader.Size - ChecksumLength);
    }

    [MethodImpl(Jit.Hot)]
    public override byte[]? ArrayOf(out int start, out int bodyLength)
    {
        (start, bodyLength) = (_eventStart, (int)Header.Length - EventHeader.Size - ChecksumLength);
        return _isLarge ? null : _buffer;
    }

    private ReadOnlySpan<byte> RawOfLarge => _taken ?? _large!.Span;

    private int ChecksumLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _format?.Checksum == ChecksumAlgorithm.Crc32
            || (Header.Type == BinlogEventType.FormatDescription && _format?.Checksum == ChecksumAlgorithm.None)
                ? 4 : 0;
    }

    public override void Seek(long position) => EndPosition = position;

    public override void Expect(long end) => _expectedEnd = end;

    [MethodImpl(Jit.Hot)]
    public override int ReadAhead(long offset, Span<byte> destination)
    {
        long start = offset - _bufferOffset;
        if (start < 0 || start + destination.Length > _bufferEnd)
            return _source.Read(offset, destination);
        _buffer.AsSpan((int)start, destination.Length).CopyTo(destination);
        return destination.Length;
    }

    [MethodImpl(Jit.Hot)]
    public override byte[] TakeRaw()
    {
        if (!_isLarge)
            return base.TakeRaw();
        if (_taken != null)
            return _taken;
        int length = (int)Header.Length - ChecksumLength;
        _large!.Dispose();
        byte[] raw = GC.AllocateUninitializedArray<byte>(length);
        return _source.Read(Position, raw) == length ? _taken = raw : throw Truncated("the file became shorter while it was read");
    }

    public override ByteSource TakeSource()
    {
        _isSourceTaken = true;
        return _source;
    }

    [MethodImpl(Jit.Hot)]
    public override bool Read()
    {
        if (_isLarge)
            ForgetLarge();
        while (true)
        {
            Position = EndPosition = _source.SkipHole(EndPosition);
            RecoveryException damage;
            try
            {
                if (!ReadEvent())
                    return false;
                if (Header.Type.IsKnown() || !IsPassedOver())
                    return true;
                ForgetLarge();
                continue;
            }
            catch (RecoveryException e) when (_onGap != null && _format != null && e.Kind == RecoveryErrorKind.InvalidData)
            {
                damage = e;
            }

            ForgetLarge();
            if (!Resynchronize(damage))
                return false;
        }
    }

    private bool Resynchronize(RecoveryException damage)
    {
        long start = Position;
        long? next = new EventResync(_source, _format!.Checksum == ChecksumAlgorithm.Crc32).Find(start + 1, _serverId, _stop);
        EndPosition = next ?? _source.Length;
        _onGap!(new RecoveryException(
            "BinlogGap", RecoveryErrorKind.InvalidData, $"{EndPosition - start} bytes to offset {EndPosition} cannot be read: "
                + $"{damage.Detail}", Path, start));
        return next != null;
    }

    [MethodImpl(Jit.Hot)]
    private bool ReadEvent()
    {
        int available = Fill(EventHeader.Size);
        if (available == 0)
            return false;
        if (available < EventHeader.Size)
            throw CutHeader(available);
        Header = EventHeader.Parse(_buffer.AsSpan(_eventStart));
        LoadEvent();
        _serverId = Header.ServerId;
        return true;
    }

    public override void Dispose()
    {
        StopReadingAhead();
        ForgetLarge();
        if (!_isSourceTaken)
            _source.Dispose();
        byte[] buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    [MethodImpl(Jit.Hot)]
    private void LoadEvent()
    {
        int minimum = EventHeader.Size + ChecksumLength;
        if (Header.Length < minimum || Header.Length > MaximumEventLength)
            throw NoLength();
        if (Header.Length > _bufferEnd - _eventStart && Header.Length > _source.Length - Position)
            throw CutEvent();
        if (Header.Length > LargeBuffer.Threshold)
            LoadLarge((int)Header.Length);
        else if (Fill((int)Header.Length) < Header.Length)
            throw Truncated("the file became shorter while it was read");
        EndPosition = Position + Header.Length;

        if (Header.Type == BinlogEventType.FormatDescription)
            ReadFormat();
        else if (_format == null)
            throw Fail("NotABinlog", Position, "the first event is not a format description");
        else if (_format.Checksum == ChecksumAlgorithm.Crc32 && EndPosition > _checkedEnd)
            VerifyChecksum(Raw);
    }

    private void LoadLarge(int length)
    {
        StopReadingAhead();
        (_large, _taken, _isLarge) = (new LargeBuffer(length), null, true);
        Span<byte> target = _large.Span;
        int kept = Math.Min(_bufferEnd - _eventStart, length);
        _buffer.AsSpan(_eventStart, kept).CopyTo(target);
        if (_source.Read(Position + kept, target[kept..]) < length - kept)
            throw Truncated("the file became shorter while it was read");
    }

    private void ForgetLarge()
    {
        _large?.Dispose();
        (_large, _taken, _isLarge) = (null, null, false);
    }

    private void ReadFormat()
    {
        try
        {
            _format = FormatDescriptionEvent.Parse(Raw);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw Fail("NotABinlog", Position, $"the format description cannot be read: {e.Message}");
        }

        if (_format.Checksum == ChecksumAlgorithm.Undefined)
            return;

        // The server clears the in-use flag in place when it closes the file: the checksum was made without it.
        Span<byte> flags = _buffer.AsSpan(_eventStart + 17, 1);
        byte saved = flags[0];
        flags[0] &= unchecked((byte)~EventFlags.BinlogInUse);
        VerifyChecksum(Raw);
        flags[0] = saved;
    }

    private void VerifyChecksum(ReadOnlySpan<byte> raw)
    {
        if (!Crc32.EndsWithChecksum(raw))
            throw Fail(
                "BinlogChecksumMismatch", Position,
                $"the event's checksum is 0x{BinaryPrimitives.ReadUInt32LittleEndian(raw[^4..]):x8}, its bytes give "
                    + $"0x{Crc32.Compute(raw[..^4]):x8}",
                "The file is damaged here. Take another copy (a replica's relay log or binlog holds the same transactions).");
    }

    // Of a type that no server has given a name.
    private bool IsPassedOver()
    {
        if (Header.Flags.HasFlag(EventFlags.Ignorable))
            return true;
        throw Fail("BinlogEventUnknown", Position, $"event type {(byte)Header.Type} is unknown and not marked as ignorable");
    }

    /// <summary>Makes sure that <paramref name="count"/> bytes from the event's start are in the buffer; gives how many there
    /// are.</summary>
    [MethodImpl(Jit.Hot)]
    private int Fill(int count)
    {
        long start = Position - _bufferOffset;
        if (start < 0 || start > _bufferEnd)
        {
            _bufferOffset = Position;
            _bufferEnd = 0;
            start = 0;
        }

        _eventStart = (int)start;
        if (_bufferEnd - _eventStart >= count)
            return count;

        if (TakeBlock(count) && _bufferEnd >= count)
            return count;

        int kept = _bufferEnd - _eventStart;
        byte[] target = _buffer.Length >= count ? _buffer : ArrayPool<byte>.Shared.Rent(count);
        _buffer.AsSpan(_eventStart, kept).CopyTo(target);
        if (target != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        _bufferOffset = Position;
        _eventStart = 0;
        int room = (int)Math.Max(count, Math.Min(_buffer.Length, _expectedEnd - Position));
        _bufferEnd = kept + _source.Read(Position + kept, _buffer.AsSpan(kept, room - kept));
        return Math.Min(_bufferEnd, count);
    }

    /// <summary>
    /// Goes on with a block that was read ahead, if there is one at the event's start; reads ahead from here where none
    /// is on the way.
    /// </summary>
    private bool TakeBlock(int count)
    {
        if (_blocks == null)
        {
            // The first block of a log has its format, and neither a short log nor a long event is worth a thread.
            if (_format == null || !_source.CanReadAhead || count > CheckedBlocks.BlockLength
                || Math.Min(_source.Length, _expectedEnd) - Position < 2 * CheckedBlocks.BlockLength)
                return false;
            _blocks = new CheckedBlocks(_source, Position, _format.Checksum == ChecksumAlgorithm.Crc32);
        }

        if (!_blocks.TryTake(out CheckedBlocks.Block? block) || block.Position != Position)
        {
            StopReadingAhead();
            return false;
        }

        _blocks.Return(_buffer);
        (_buffer, _bufferOffset, _bufferEnd, _eventStart) = (block.Buffer, block.Position, block.Length, 0);
        _checkedEnd = block.CheckedEnd;
        return true;
    }

    private void StopReadingAhead()
    {
        _blocks?.Dispose();
        _blocks = null;
    }

    private void CheckMagic()
    {
        Span<byte> magic = stackalloc byte[BinlogFile.Magic.Length];
        int length = _source.Read(0, magic);
        if (length == 0)
            throw Fail("BinlogEmpty", 0, "the file is empty");
        if (magic[..length].SequenceEqual(BinlogFile.Magic))
            return;
        if (magic[..length].SequenceEqual(BinlogFile.InnoDbMagic))
        {
            throw new RecoveryException(
                "InnoDbBinlog", RecoveryErrorKind.NotSupported,
                "the file is a binlog that MariaDB 12.3 or later keeps in InnoDB (binlog_storage_engine=innodb)", Path, 0,
                "Read the text that this server's own mariadb-binlog writes of it, or the log of a replica "
                    + "that has binlog_storage_engine unset.");
        }

        throw Fail("NotABinlog", 0, $"the file starts with {Convert.ToHexString(magic[..length])}, a binlog with "
            + $"{Convert.ToHexString(BinlogFile.Magic)}");
    }

    private RecoveryException CutHeader(int available) => Truncated($"the file ends {available} bytes into an event header");

    private RecoveryException CutEvent() => Truncated(
        $"an event of {Header.Length} bytes goes beyond the end of the file, {_source.Length - Position} bytes on");

    private RecoveryException NoLength() => Header == default
        ? Truncated("the file goes on with zeros, as a crash leaves it")
        : Fail("BinlogEventMalformed", Position, $"an event header gives a length of {Header.Length} bytes");

    private RecoveryException Truncated(string what) => Fail(
        "BinlogTruncated", Position, what,
        "If the server still writes this file, run FLUSH BINARY LOGS first; else take another copy of it.");

    private RecoveryException Fail(string id, long offset, string message, string? action = null) =>
        new(id, RecoveryErrorKind.InvalidData, message, Path, offset, action);
}
