using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Library = System.IO.Hashing.Crc32;

namespace MySqlRecovery.IO;

/// <summary>CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320), the checksum of binlog events.</summary>
internal static class Crc32
{
    /// <summary>The checksum of <paramref name="data"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Compute(ReadOnlySpan<byte> data) => Library.HashToUInt32(data);

    /// <summary>Whether the last four bytes are the checksum of those before them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool EndsWithChecksum(ReadOnlySpan<byte> data) =>
        BinaryPrimitives.ReadUInt32LittleEndian(data[^4..]) == Compute(data[..^4]);
}
