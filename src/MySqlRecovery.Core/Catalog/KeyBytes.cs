using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.IO;

namespace MySqlRecovery.Catalog;

/// <summary>
/// Looks for the bytes of a key in a stretch of a log: where they are nowhere, no row has the key. That is many times faster than to
/// read the events, as most of the stretches are in which a catalog does not rule a key out by a few bits of its hash.
/// </summary>
internal sealed class KeyBytes(ByteSource log)
{
    // Bytes of shorter integers are everywhere.
    private const int SmallestSize = 3;
    private const int ChunkSize = 1 << 18;

    // With many keys, reading the events is less work.
    private const int MaximumSearches = 4;

    private LogStretch? _stretch;
    private int _searches;

    /// <summary>Whether no row of a stretch, none of which is compressed, can have a key; false where that is not known.</summary>
    [MethodImpl(Jit.Hot)]
    public bool Lack(LogStretch stretch, LogTable table, in LogKey key)
    {
        if (key.Integer is not { } integer || key.Column >= table.IntegerSizes.Length
            || table.IntegerSizes[key.Column] is not (>= SmallestSize and <= sizeof(long) and var size))
            return false;
        if (!ReferenceEquals(stretch, _stretch))
            (_stretch, _searches) = (stretch, 0);
        if (++_searches > MaximumSearches)
            return false;
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, integer);
        return Lacks(stretch, bytes[..size]);
    }

    [MethodImpl(Jit.Hot)]
    private bool Lacks(LogStretch stretch, ReadOnlySpan<byte> bytes)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            for (long at = stretch.Start; at < stretch.End;)
            {
                Span<byte> part = chunk.AsSpan(0, (int)Math.Min(ChunkSize, stretch.End - at));
                if (log.Read(at, part) < part.Length || part.IndexOf(bytes) >= 0)
                    return false;
                // What begins at the end of a part goes on in the next.
                at += part.Length < ChunkSize ? part.Length : part.Length - bytes.Length + 1;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}
