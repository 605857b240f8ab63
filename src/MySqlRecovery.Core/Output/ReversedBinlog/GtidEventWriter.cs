using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Model;

namespace MySqlRecovery.Output.ReversedBinlog;

/// <summary>
/// Makes the bodies of GTID and ANONYMOUS_GTID events in the form of a server version: 25 bytes in 5.6, logical
/// timestamps from 5.7, commit timestamp from 8.0.1, transaction length from 8.0.2, server version from 8.0.14.
/// </summary>
internal sealed class GtidEventWriter
{
    private const int NumberOffset = 17;
    private const byte LogicalTimestamp = 2;
    private readonly Guid _source;
    private readonly bool _hasLogicalTimestamp;
    private readonly bool _hasCommitTimestamp;
    private readonly bool _hasLength;
    private readonly bool _hasVersion;
    private readonly uint _version;
    private readonly ulong _commitTimestamp;

    public GtidEventWriter(FormatDescriptionEvent format, Guid source, DateTime now)
    {
        _source = source;
        _hasLogicalTimestamp = format.PostHeaderLength(BinlogEventType.Gtid) >= 42;
        _hasCommitTimestamp = _hasLogicalTimestamp && format.IsAtLeast(8, 0, 1);
        _hasLength = _hasLogicalTimestamp && format.IsAtLeast(8, 0, 2);
        _hasVersion = _hasLogicalTimestamp && format.IsAtLeast(8, 0, 14);
        _version = format.VersionNumber;
        _commitTimestamp = (ulong)((now - DateTime.UnixEpoch).Ticks / 10);
    }

    /// <summary>Length of the body for a transaction of so many bytes besides this event.</summary>
    /// <param name="rest">Bytes of the transaction's other events.</param>
    /// <param name="overhead">Bytes of header and checksum of this event.</param>
    public int BodyLength(long rest, int overhead)
    {
        int length = FixedLength;
        return _hasLength ? length + LengthBytes((ulong)(rest + overhead + length)) : length;
    }

    private int FixedLength => 25 + (_hasLogicalTimestamp ? 17 : 0) + (_hasCommitTimestamp ? 7 : 0) + (_hasVersion ? 4 : 0);

    /// <summary>Fills the body.</summary>
    /// <param name="body">As many bytes as <see cref="BodyLength"/> says.</param>
    /// <param name="isAnonymous">Without a GTID.</param>
    /// <param name="number">Number of the transaction in this log, from 1; the GTID's number too.</param>
    /// <param name="transactionLength">Bytes of the whole transaction, this event included.</param>
    [MethodImpl(Jit.Hot)]
    public void Write(Span<byte> body, bool isAnonymous, long number, long transactionLength)
    {
        body.Clear();
        // 5.6 calls the flag "commit" and sets it always; later it would say that statements may be in the transaction.
        body[0] = _hasLogicalTimestamp ? (byte)0 : (byte)1;
        if (!isAnonymous)
        {
            _source.TryWriteBytes(body[1..], bigEndian: true, out _);
            BinaryPrimitives.WriteInt64LittleEndian(body[NumberOffset..], number);
        }

        int at = NumberOffset + 8;
        if (_hasLogicalTimestamp)
        {
            // Each transaction depends on the one before it.
            body[at] = LogicalTimestamp;
            BinaryPrimitives.WriteInt64LittleEndian(body[(at + 1)..], number - 1);
            BinaryPrimitives.WriteInt64LittleEndian(body[(at + 9)..], number);
            at += 17;
        }

        if (_hasCommitTimestamp)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(body[at..], (uint)_commitTimestamp);
            BinaryPrimitives.WriteUInt16LittleEndian(body[(at + 4)..], (ushort)(_commitTimestamp >> 32));
            body[at + 6] = (byte)(_commitTimestamp >> 48);
            at += 7;
        }

        if (_hasLength)
            at += WriteLength(body[at..], (ulong)transactionLength);
        if (_hasVersion)
            BinaryPrimitives.WriteUInt32LittleEndian(body[at..], _version);
    }

    // The length counts its own bytes (MySQL: net_length_size_including_self).
    private static int LengthBytes(ulong without)
    {
        foreach (int size in (ReadOnlySpan<int>)[1, 3, 4])
        {
            ulong limit = size switch { 1 => 251, 3 => 1 << 16, _ => 1 << 24 };
            if (without + (ulong)size < limit)
                return size;
        }

        return 9;
    }

    private static int WriteLength(Span<byte> target, ulong value)
    {
        switch (value)
        {
            case < 251:
                target[0] = (byte)value;
                return 1;
            case < 1 << 16:
                target[0] = 252;
                BinaryPrimitives.WriteUInt16LittleEndian(target[1..], (ushort)value);
                return 3;
            case < 1 << 24:
                BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)(value << 8) | 253);
                return 4;
            default:
                target[0] = 254;
                BinaryPrimitives.WriteUInt64LittleEndian(target[1..], value);
                return 9;
        }
    }
}
