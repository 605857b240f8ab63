using System.Globalization;
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
    private const uint UndefinedVersion = 999_999;

    /// <summary>The transaction's id; null for an anonymous one.</summary>
    public Gtid? Gtid { get; init; }

    /// <summary>When it was committed on the server that wrote this log, microseconds since 1970-01-01 UTC; 0 where unknown
    /// (before 8.0.1).</summary>
    public ulong CommitTimestamp { get; init; }

    /// <summary>The same on the server where it came from.</summary>
    public ulong OriginalCommitTimestamp { get; init; }

    /// <summary>Bytes of the whole transaction, this event included; 0 where unknown (before 8.0.2).</summary>
    public ulong TransactionLength { get; init; }

    /// <summary>Logical clock of the log: the transaction may run beside those that come after the one of this number; null where
    /// unknown (before 5.7).</summary>
    public long? LastCommitted { get; init; }

    /// <summary>Number of the transaction in its log, by that clock; null where unknown.</summary>
    public long? SequenceNumber { get; init; }

    /// <summary>Version of the server that wrote this log, such as 80036; 0 where unknown (before 8.0.14).</summary>
    public uint ImmediateServerVersion { get; init; }

    /// <summary>Version of the server where the transaction comes from.</summary>
    public uint OriginalServerVersion { get; init; }

    /// <summary>Group Replication's ticket of the group commit (8.0.38+); null where there is none.</summary>
    public ulong? CommitGroupTicket { get; init; }

    /// <summary>MySQL: whether all changes of the transaction are rows; null where unknown (before 5.7.19).</summary>
    public bool? IsRowsOnly { get; init; }

    /// <summary>What MariaDB says of the transaction.</summary>
    public MariaDbGtidFlags Flags { get; init; }

    /// <summary>MariaDB: number of the group commit; null for a transaction that was committed alone.</summary>
    public ulong? CommitId { get; init; }

    /// <summary>MariaDB: storage engines that take part beside the first; null where the event does not say.</summary>
    public byte? ExtraEngines { get; init; }

    /// <summary>MariaDB: id of an XA transaction as XA COMMIT names it, without white space; null for others.</summary>
    public string? XaId { get; init; }

    /// <summary>MariaDB: the number of the GTID that started the ALTER TABLE which this one ends; 0 for none.</summary>
    public ulong AlterStart { get; init; }

    /// <summary>The GTID of that number.</summary>
    public Gtid? AlterGtid => AlterStart == 0 ? null : Gtid?.WithNumber(AlterStart);

    /// <summary>The session's connection id (MariaDB 11.5+); null where the event does not say.</summary>
    public uint? ThreadId { get; init; }

    /// <summary>What the objects of the transaction's events say of it.</summary>
    /// <param name="isMariaDb">Whether a MariaDB server wrote the event.</param>
    [MethodImpl(Jit.Hot)]
    public TransactionFacts ToFacts(bool isMariaDb)
    {
        string? version = ToVersion(ImmediateServerVersion);
        return new TransactionFacts
        {
            CommitTime = ToTime(CommitTimestamp),
            OriginalCommitTime = ToTime(OriginalCommitTimestamp),
            ImmediateServerVersion = version,
            OriginalServerVersion = OriginalServerVersion == ImmediateServerVersion ? version : ToVersion(OriginalServerVersion),
            TransactionLength = TransactionLength == 0 ? null : (long)TransactionLength,
            LastCommitted = LastCommitted,
            SequenceNumber = SequenceNumber,
            IsRowsOnly = IsRowsOnly,
            CommitGroupTicket = CommitGroupTicket,
            GtidFlags = isMariaDb ? Flags : null,
            CommitId = CommitId,
            ExtraEngines = ExtraEngines,
            AlterGtid = AlterGtid?.ToString(),
        };
    }

    /// <summary>A commit timestamp as a time; null for 0 and for what is no time.</summary>
    [MethodImpl(Jit.Hot)]
    public static DateTime? ToTime(ulong timestamp) =>
        timestamp is > 0 and < 253_402_300_800_000_000 ? DateTime.UnixEpoch.AddMicroseconds(timestamp) : null;

    /// <summary>A server's version as it writes it itself; null for unknown.</summary>
    [MethodImpl(Jit.Hot)]
    public static string? ToVersion(uint version) => version is 0 or UndefinedVersion ? null
        : string.Create(CultureInfo.InvariantCulture, $"{version / 10_000}.{version / 100 % 100}.{version % 100}");

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
    // timestamp 7, original one 7 if bit 55 of the first is set; 8.0.2: transaction length, length-encoded; 8.0.14: immediate
    // server version 4, original one 4 if bit 31 of the first is set; 8.0.38: ticket of the group commit 8, if there is one.
    [MethodImpl(Jit.Hot)]
    private static GtidEvent ParseClassic(ReadOnlySpan<byte> body, bool isAnonymous)
    {
        var cursor = new ByteCursor(body);
        bool mayHaveStatements = (cursor.ReadByte() & 1) != 0;
        var uuid = new Guid(cursor.Take(16), bigEndian: true);
        ulong number = cursor.ReadUInt64();
        Gtid? gtid = isAnonymous ? null : Gtids.Gtid.MySql(uuid, string.Empty, number);
        if (cursor.Remaining < 17 || cursor.ReadByte() != LogicalTimestamp)
            return new GtidEvent { Gtid = gtid };
        long lastCommitted = (long)cursor.ReadUInt64(), sequenceNumber = (long)cursor.ReadUInt64();
        if (cursor.Remaining < 7)
        {
            return new GtidEvent
            {
                Gtid = gtid,
                IsRowsOnly = !mayHaveStatements,
                LastCommitted = lastCommitted,
                SequenceNumber = sequenceNumber,
            };
        }

        ulong commit = cursor.ReadUInt56(), original = commit;
        if ((commit & 1UL << 55) != 0)
            (commit, original) = (commit & (1UL << 55) - 1, cursor.ReadUInt56());
        ulong length = cursor.AtEnd ? 0 : cursor.ReadLengthEncoded();
        uint version = cursor.Remaining < 4 ? 0 : cursor.ReadUInt32(), originalVersion = version;
        if ((version & 1U << 31) != 0)
            (version, originalVersion) = (version & (1U << 31) - 1, cursor.ReadUInt32());
        return new GtidEvent
        {
            Gtid = gtid,
            IsRowsOnly = !mayHaveStatements,
            LastCommitted = lastCommitted,
            SequenceNumber = sequenceNumber,
            CommitTimestamp = commit,
            OriginalCommitTimestamp = original,
            TransactionLength = length,
            ImmediateServerVersion = version,
            OriginalServerVersion = originalVersion,
            CommitGroupTicket = cursor.Remaining < 8 ? null : cursor.ReadUInt64(),
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
        ulong number = 0;
        var read = new GtidEvent();
        while (!cursor.AtEnd)
        {
            ulong field = ReadVariable(ref cursor);
            switch (field)
            {
                case 0:
                    read = read with { IsRowsOnly = (cursor.ReadByte() & 1) == 0 };
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
                case 4:
                    read = read with { LastCommitted = ReadSigned(ref cursor) };
                    break;
                case 5:
                    read = read with { SequenceNumber = ReadSigned(ref cursor) };
                    break;
                case 6:
                    read = read with { CommitTimestamp = ReadVariable(ref cursor) };
                    break;
                case 7:
                    read = read with { OriginalCommitTimestamp = ReadVariable(ref cursor) };
                    break;
                case 8:
                    read = read with { TransactionLength = ReadVariable(ref cursor) };
                    break;
                case 9:
                    read = read with { ImmediateServerVersion = (uint)ReadVariable(ref cursor) };
                    break;
                case 10:
                    read = read with { OriginalServerVersion = (uint)ReadVariable(ref cursor) };
                    break;
                case 11:
                    read = read with { CommitGroupTicket = ReadVariable(ref cursor) };
                    break;
                default:
                    throw new InvalidDataException($"a tagged GTID event with field {field}");
            }
        }

        return read with
        {
            Gtid = Gtids.Gtid.MySql(new Guid(uuid, bigEndian: true), tag, number),
            OriginalCommitTimestamp = read.OriginalCommitTimestamp == 0 ? read.CommitTimestamp : read.OriginalCommitTimestamp,
            OriginalServerVersion = read.OriginalServerVersion == 0 ? read.ImmediateServerVersion : read.OriginalServerVersion,
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
        ulong? commitId = flags.HasFlag(MariaDbGtidFlags.GroupCommit) ? cursor.ReadUInt64() : null;
        string? xa = null;
        if ((flags & (MariaDbGtidFlags.PreparedXa | MariaDbGtidFlags.CompletedXa)) != 0)
        {
            uint format = cursor.ReadUInt32();
            (int global, int branch) = (cursor.ReadByte(), cursor.ReadByte());
            string id = string.Create(
                CultureInfo.InvariantCulture,
                $"x'{Convert.ToHexString(cursor.Take(global))}',x'{Convert.ToHexString(cursor.Take(branch))}',{format}");
            xa = id.ToLowerInvariant().Replace('x', 'X');
        }

        ulong alterStart = 0;
        uint? thread = null;
        byte? engines = null;
        if (!cursor.AtEnd)
        {
            flags |= (MariaDbGtidFlags)(cursor.ReadByte() << 8);
            if (flags.HasFlag(MariaDbGtidFlags.MultipleEngines))
                engines = cursor.ReadByte();
            if ((flags & (MariaDbGtidFlags.CommitAlter | MariaDbGtidFlags.RollbackAlter)) != 0)
                alterStart = cursor.ReadUInt64();
            if (flags.HasFlag(MariaDbGtidFlags.ThreadId) && cursor.Remaining >= sizeof(uint))
                thread = cursor.ReadUInt32();
        }

        return new GtidEvent
        {
            Gtid = Gtids.Gtid.MariaDb(domain, serverId, sequence),
            Flags = flags,
            CommitId = commitId,
            ExtraEngines = engines,
            XaId = xa,
            AlterStart = alterStart,
            ThreadId = thread,
        };
    }

    // The sign stands in the lowest bit.
    private static long ReadSigned(ref ByteCursor cursor)
    {
        ulong value = ReadVariable(ref cursor);
        return (long)(value >> 1) ^ -(long)(value & 1);
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
