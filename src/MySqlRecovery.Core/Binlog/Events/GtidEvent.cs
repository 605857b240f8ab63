using System.Runtime.CompilerServices;
using MySqlRecovery.Gtids;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Events;

/// <summary>
/// The event that starts a transaction: GTID (33), ANONYMOUS_GTID (34), GTID_TAGGED (42) of MySQL, GTID (162) of MariaDB.
/// </summary>
/// <param name="Gtid">The transaction's id; null for an anonymous one.</param>
/// <param name="CommitTimestamp">Microseconds since 1970-01-01 UTC on the server that wrote this log; 0 where unknown.</param>
/// <param name="TransactionLength">Bytes of the whole transaction, this event included; 0 where unknown (before 8.0.2).</param>
/// <param name="IsStandalone">MariaDB: the group is one statement, without BEGIN and COMMIT.</param>
/// <param name="ThreadId">MariaDB 11.5+: the session's connection id; null where the event does not say.</param>
internal readonly record struct GtidEvent(
    Gtid? Gtid, ulong CommitTimestamp, ulong TransactionLength, bool IsStandalone, uint? ThreadId = null)
{
    private const byte MariaDbStandalone = 1, LogicalTimestamp = 2;
    private const byte HasCommitId = 0x02, PreparedXa = 0x40, CompletedXa = 0x80;
    private const byte HasEngineCount = 0x01, CommitAlter = 0x04, RollbackAlter = 0x08, HasThreadId = 0x10;

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
            return new GtidEvent(gtid, 0, 0, false);
        cursor.Skip(16);
        ulong commit = cursor.ReadUInt56();
        if ((commit & 1UL << 55) != 0)
            cursor.Skip(7);
        ulong length = cursor.AtEnd ? 0 : cursor.ReadLengthEncoded();
        return new GtidEvent(gtid, commit & (1UL << 55) - 1, length, false);
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
        ulong number = 0, commit = 0, length = 0;
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

        return new GtidEvent(Gtids.Gtid.MySql(new Guid(uuid, bigEndian: true), tag, number), commit, length, false);
    }

    // number 8, domain 4, flags 1; the id of a group commit 8; an XA id: format 4, lengths 1 + 1, its bytes; from 10.6 on
    // more flags 1 (older servers fill up with zeros), count of engines 1, number of START ALTER 8, from 11.5 on thread id 4.
    private static GtidEvent ParseMariaDb(ReadOnlySpan<byte> body, uint serverId)
    {
        var cursor = new ByteCursor(body);
        ulong sequence = cursor.ReadUInt64();
        uint domain = cursor.ReadUInt32();
        byte flags = cursor.ReadByte();
        return new GtidEvent(
            Gtids.Gtid.MariaDb(domain, serverId, sequence), 0, 0, (flags & MariaDbStandalone) != 0, ReadThreadId(ref cursor, flags));
    }

    private static uint? ReadThreadId(ref ByteCursor cursor, byte flags)
    {
        if ((flags & HasCommitId) != 0)
            cursor.Skip(Math.Min(8, cursor.Remaining));
        if ((flags & (PreparedXa | CompletedXa)) != 0 && cursor.Remaining >= 6)
        {
            cursor.Skip(4);
            cursor.Skip(Math.Min(cursor.ReadByte() + cursor.ReadByte(), cursor.Remaining));
        }

        byte more = cursor.AtEnd ? (byte)0 : cursor.ReadByte();
        int before = ((more & HasEngineCount) != 0 ? 1 : 0) + ((more & (CommitAlter | RollbackAlter)) != 0 ? 8 : 0);
        if ((more & HasThreadId) == 0 || cursor.Remaining < before + 4)
            return null;
        cursor.Skip(before);
        return cursor.ReadUInt32();
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
