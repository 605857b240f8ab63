using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Events;

/// <summary>
/// The 19 bytes every event starts with (MySQL 5.0+; libs/mysql/binlog/event/binlog_event.h
/// <c>Log_event_header</c>), little-endian: timestamp 4, type 1, server id 4, length 4, log_pos 4, flags 2.
/// </summary>
/// <param name="Timestamp">Seconds since 1970-01-01 UTC when the statement started.</param>
/// <param name="Type">Event type.</param>
/// <param name="ServerId">The server that wrote the event first.</param>
/// <param name="Length">Bytes of the whole event, header and checksum included.</param>
/// <param name="LogPos">Low 32 bits of the offset after this event in the source's file; 0 in payloads.</param>
/// <param name="Flags">See <see cref="EventFlags"/>.</param>
internal readonly record struct EventHeader(
    uint Timestamp, BinlogEventType Type, uint ServerId, uint Length, uint LogPos, EventFlags Flags)
{
    public const int Size = 19;
    public const int TypeOffset = 4;
    public const int LengthOffset = 9;

    /// <summary><see cref="Timestamp"/> as a time, UTC.</summary>
    public DateTime Time
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(DateTime.UnixEpoch.Ticks + (Timestamp * TimeSpan.TicksPerSecond), DateTimeKind.Utc);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EventHeader Parse(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (BinlogEventType)bytes[TypeOffset],
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[5..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[LengthOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[13..]),
        (EventFlags)BinaryPrimitives.ReadUInt16LittleEndian(bytes[17..]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Timestamp);
        bytes[TypeOffset] = (byte)Type;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[5..], ServerId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[LengthOffset..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[13..], LogPos);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[17..], (ushort)Flags);
    }
}

/// <summary>Flags of the common header, <c>LOG_EVENT_*_F</c>.</summary>
[Flags]
internal enum EventFlags : ushort
{
    None = 0,

    /// <summary>In the format description: the server has not closed the file yet.</summary>
    BinlogInUse = 0x1,
    ThreadSpecific = 0x4,
    SuppressUse = 0x8,
    Artificial = 0x20,
    RelayLog = 0x40,

    /// <summary>A reader that does not know the type may pass over the event.</summary>
    Ignorable = 0x80,
    NoFilter = 0x100,
    MtsIsolate = 0x200,
}

/// <summary><c>binlog_checksum</c> as the format description event names it.</summary>
internal enum ChecksumAlgorithm : byte
{
    None = 0,
    Crc32 = 1,

    /// <summary>Servers before 5.6.1 write no algorithm byte at all.</summary>
    Undefined = 255,
}
