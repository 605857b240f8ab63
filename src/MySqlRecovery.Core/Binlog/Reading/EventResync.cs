using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Reading;

/// <summary>
/// Finds the next whole event after damage: a header of a known type whose end position is right, or of a server seen
/// before, and whose checksum holds. Without checksums two such headers must follow each other.
/// </summary>
internal sealed class EventResync(ByteSource source, bool hasChecksum)
{
    private const int ChunkLength = 1 << 20;

    /// <summary>Longer events are believed only where their end position is right too.</summary>
    private const int MaximumUnlocatedLength = 64 << 20;

    /// <summary>Offset of the first event at or after <paramref name="from"/>; null where there is none up to the end.</summary>
    /// <param name="from">Where to begin.</param>
    /// <param name="serverId">A server seen before.</param>
    /// <param name="stop">Ends the search.</param>
    /// <param name="until">Where to give up.</param>
    [MethodImpl(Jit.Hot)]
    public long? Find(long from, uint serverId, CancellationToken stop, long until = long.MaxValue)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkLength);
        try
        {
            long length = source.Length;
            for (long start = from; start < until && start + EventHeader.Size <= length;)
            {
                stop.ThrowIfCancellationRequested();
                int got = source.Read(start, chunk);
                int last = (int)Math.Min(got - EventHeader.Size, until - start - 1);
                for (int i = 0; i <= last; i++)
                {
                    if (IsEvent(chunk.AsSpan(i, got - i), start + i, length, serverId))
                        return start + i;
                }

                if (got < EventHeader.Size)
                    return null;
                start += last + 1;
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    [MethodImpl(Jit.Hot)]
    private bool IsEvent(ReadOnlySpan<byte> bytes, long offset, long fileLength, uint serverId)
    {
        if (!TryParse(bytes, offset, fileLength, out EventHeader header))
            return false;
        bool isLocated = header.LogPos == (uint)(offset + header.Length);
        if (!isLocated && (header.ServerId != serverId || header.Length > MaximumUnlocatedLength))
            return false;
        if (hasChecksum)
            return header.Length <= bytes.Length && header.Length >= EventHeader.Size + 4
                ? Crc32.EndsWithChecksum(bytes[..(int)header.Length]) : HasRightChecksum(offset, (int)header.Length);
        return isLocated && IsFollowed(offset + header.Length, fileLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryParse(ReadOnlySpan<byte> bytes, long offset, long fileLength, out EventHeader header)
    {
        header = default;
        if (!((BinlogEventType)bytes[4]).IsKnown())
            return false;
        header = EventHeader.Parse(bytes);
        return header.Length is >= EventHeader.Size and <= FileEventReader.MaximumEventLength && header.Length <= fileLength - offset;
    }

    private bool IsFollowed(long offset, long fileLength)
    {
        Span<byte> next = stackalloc byte[EventHeader.Size];
        if (source.Read(offset, next) < EventHeader.Size)
            return offset == fileLength;
        return TryParse(next, offset, fileLength, out EventHeader header) && header.LogPos == (uint)(offset + header.Length);
    }

    private bool HasRightChecksum(long offset, int length)
    {
        if (length < EventHeader.Size + 4)
            return false;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Min(length, ChunkLength));
        try
        {
            var crc = new System.IO.Hashing.Crc32();
            int left = length - 4;
            for (long at = offset; left > 0;)
            {
                int got = source.Read(at, buffer.AsSpan(0, Math.Min(left, buffer.Length)));
                if (got == 0)
                    return false;
                crc.Append(buffer.AsSpan(0, got));
                at += got;
                left -= got;
            }

            Span<byte> stored = stackalloc byte[4];
            return source.Read(offset + length - 4, stored) == 4
                && BinaryPrimitives.ReadUInt32LittleEndian(stored) == crc.GetCurrentHashAsUInt32();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
