using System.Runtime.CompilerServices;
using MySqlRecovery.Gtids;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Events;

/// <summary>
/// The event that starts a transaction: GTID (33), ANONYMOUS_GTID (34), GTID_TAGGED (42) of MySQL, GTID (162) of MariaDB.
/// </summary>
internal readonly record struct GtidEvent
{
    private const byte LogicalTimestamp = 2;

    /// <summary>The transaction's id; null for an anonymous one.</summary>
    public Gtid? Gtid { get; init; }

    /// <summary>When it was committed on the server that wrote this log, microseconds since 1970-01-01 UTC; 0 where unknown
    /// (before 8.0.1).</summary>
    public ulong CommitTimestamp { get; init; }

    /// <summary>The same on the server where it came from.</summary>
    public ulong OriginalCommitTimestamp { get; init; }

    /// <summary>Bytes of the whole transaction, this event included; 0 where unknown (before 8.0.2).</summary>
    public ulong TransactionLength { get; init; }

    /// <summary>What MariaDB says of the transaction.</summary>
    public MariaDbGtidFlags Flags { get; init; }

    /// <summary>MariaDB: the number of the GTID that started the ALTER TABLE which this one ends; 0 for none.</summary>
    public ulong AlterStart { get; init; }

    /// <summary>The GTID of that number.</summary>
    public Gtid? AlterGtid => AlterStart == 0 ? null : Gtid?.WithNumber(AlterStart);

    /// <summary>The session's connection id (MariaDB 11.5+); null where the event does not say.</summary>
    public uint? ThreadId { get; init; }

    /// <summary>A commit timestamp as a time; null for 0 and for what is no time.</summary>
    public static DateTime? ToTime(ulong timestamp) =>
        timestamp is > 0 and < 253_402_300_800_000_000 ? DateTime.UnixEpoch.AddMicroseconds(timestamp) : null;

    [MethodImpl(Jit.Hot)]
    public static GtidEvent Parse(in EventHeader header, ReadOnlySpan<byte> body) => header.Type switch
    {
        BinlogEventType.Gtid => ParseClassic(body, isAnonymous: false),
        BinlogEventType.AnonymousGtid => ParseClassic(body, isAnonymous: true),
        BinlogEventType.GtidTagged => ParseTagged(body),
        BinlogEventType.MariaDbGtid => ParseMariaDb(body, header.ServerId),
        _ => throw new InvalidDataException($"{header.Type} is not a GTID event"),
    };

    // flags 1, uuid 16, number 8; 5.7: type 1 (=2), last committed 8, sequence number 8; 8.0.1: immediate commit
    // timestamp 7, original one 7 if bit 55 of the first is set; 8.0.2: transaction length, length-encoded.
    [MethodImpl(Jit.Hot)]
    private static GtidEvent ParseClassic(ReadOnlySpan<byte> body, bool isAnonymous)
    {
        var cursor = new ByteCursor(body);
        cursor.Skip(1);
        var uuid = new Guid(cursor.Take(16), bigEndian: true);
        ulong number = cursor.ReadUInt64();
        Gtid? gtid = isAnonymous ? null : Gtids.Gtid.MySql(uuid, string.Empty, number);
        if (cursor.Remaining < 17 + 7 || cursor.ReadByte() != LogicalTimestamp)
            return new GtidEvent { Gtid = gtid };
        cursor.Skip(16);
        ulong commit = cursor.ReadUInt56(), original = commit;
        if ((commit & 1UL << 55) != 0)
            (commit, original) = (commit & (1UL << 55) - 1, cursor.ReadUInt56());
        return new GtidEvent
        {
            Gtid = gtid,
            CommitTimestamp = commit,
            OriginalCommitTimestamp = original,
            TransactionLength = cursor.AtEnd ? 0 : cursor.ReadLengthEncoded(),
        };
    }

    // MySQL 8.3+ (libs/mysql/serialization): version, size, last non-ignorable field, then id and value a field.
    private static GtidEvent ParseTagged(ReadOnlySpan<byte> body)
    {
        var cursor = new ByteCursor(body);
        if (ReadVariable(ref cursor) != 1)
            throw new InvalidDataException("a tagged GTID event of an unknown version");
        ReadVariable(ref cursor);
        ReadVariable(ref cursor);
        Span<byte> uuid = stackalloc byte[16];
        string tag = string.Empty;
        ulong number = 0, commit = 0, original = 0, length = 0;
        while (!cursor.AtEnd)
        {
            ulong field = ReadVariable(ref cursor);
            switch (field)
            {
                case 0:
                    cursor.Skip(1);
                    break;
                case 1:
                    for (int i = 0; i < uuid.Length; i++)
                        uuid[i] = (byte)ReadVariable(ref cursor);
                    break;
                case 2:
                    number = ReadVariable(ref cursor) >> 1;
                    break;
                case 3:
                    ulong tagLength = ReadVariable(ref cursor);
                    tag = System.Text.Encoding.ASCII.GetString(cursor.Take((int)Math.Min(tagLength, int.MaxValue)));
                    break;
                case 6:
                    commit = ReadVariable(ref cursor);
                    break;
                case 7:
                    original = ReadVariable(ref cursor);
                    break;
                case 8:
                    length = ReadVariable(ref cursor);
                    break;
                case <= 11:
                    ReadVariable(ref cursor);
                    break;
                default:
                    throw new InvalidDataException($"a tagged GTID event with field {field}");
            }
        }

        return new GtidEvent
        {
            Gtid = Gtids.Gtid.MySql(new Guid(uuid, bigEndian: true), tag, number),
            CommitTimestamp = commit,
            OriginalCommitTimestamp = original == 0 ? commit : original,
            TransactionLength = length,
        };
    }

    // sequence number 8, domain 4, flags 1; group commit id 8 or XA id; from 10.3 on more flags 1, and what they announce.
    // Zeros follow to at least 19 bytes, and more before a transaction whose temporary file became the log (11.7+).
    private static GtidEvent ParseMariaDb(ReadOnlySpan<byte> body, uint serverId)
    {
        var cursor = new ByteCursor(body);
        ulong sequence = cursor.ReadUInt64();
        uint domain = cursor.ReadUInt32();
        var flags = (MariaDbGtidFlags)cursor.ReadByte();
        if (flags.HasFlag(MariaDbGtidFlags.GroupCommit))
            cursor.Skip(8);
        if ((flags & (MariaDbGtidFlags.PreparedXa | MariaDbGtidFlags.CompletedXa)) != 0)
        {
            cursor.Skip(4);
            int global = cursor.ReadByte();
            cursor.Skip(global + cursor.ReadByte());
        }

        ulong alterStart = 0;
        uint? thread = null;
        if (!cursor.AtEnd)
        {
            flags |= (MariaDbGtidFlags)(cursor.ReadByte() << 8);
            if (flags.HasFlag(MariaDbGtidFlags.MultipleEngines))
                cursor.Skip(1);
            if ((flags & (MariaDbGtidFlags.CommitAlter | MariaDbGtidFlags.RollbackAlter)) != 0)
                alterStart = cursor.ReadUInt64();
            if (flags.HasFlag(MariaDbGtidFlags.ThreadId) && cursor.Remaining >= sizeof(uint))
                thread = cursor.ReadUInt32();
        }

        return new GtidEvent
        {
            Gtid = Gtids.Gtid.MariaDb(domain, serverId, sequence),
            Flags = flags,
            AlterStart = alterStart,
            ThreadId = thread,
        };
    }

    // As many bytes as the first has trailing one-bits, and one more; the value stands above the zero bit that stops them.
    private static ulong ReadVariable(ref ByteCursor cursor)
    {
        byte first = cursor.ReadByte();
        int more = System.Numerics.BitOperations.TrailingZeroCount(~(uint)first);
        ulong value = 0;
        for (int i = 0; i < more; i++)
            value |= (ulong)cursor.ReadByte() << 8 * i;
        return more >= 8 ? value : (value << (7 - more)) | (uint)(first >> more + 1);
    }
}

internal static class MariaDbGtid
{
    /// <summary>
    /// Whether the transaction's statement changes no table itself: an ALTER TABLE that is only started, or that has failed.
    /// </summary>
    public static bool IsWithoutEffect(this MariaDbGtidFlags flags) =>
        (flags & (MariaDbGtidFlags.StartAlter | MariaDbGtidFlags.RollbackAlter)) != 0;
}
