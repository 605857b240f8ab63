using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Library = System.IO.Hashing.Crc32;

namespace MySqlRecovery.IO;

/// <summary>
/// CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320), the checksum of binlog events. The library's, but on x86 processors of
/// our own: the runtime does not optimize the library before a run is half over (docs/adr/0004-checksums.md).
/// </summary>
internal static class Crc32
{
    private const int BlockLength = 16;

    // Read from its nth byte on, it moves the bytes of a block n places down, and what is not in the block is zero.
    private static ReadOnlySpan<byte> Moves =>
    [
        0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
        11, 12, 13, 14, 15, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
    ];

    /// <summary>The checksum of <paramref name="data"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Compute(ReadOnlySpan<byte> data) =>
        Pclmulqdq.IsSupported && Ssse3.IsSupported && data.Length >= BlockLength ? Fold(data) : Library.HashToUInt32(data);

    /// <summary>Whether the last four bytes are the checksum of those before them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool EndsWithChecksum(ReadOnlySpan<byte> data) =>
        BinaryPrimitives.ReadUInt32LittleEndian(data[^4..]) == Compute(data[..^4]);

    // Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ", reflected constants for 0x04C11DB7. Zeros
    // before the data change nothing, so that the block that is not full is the first one.
    [MethodImpl(Jit.Hot)]
    private static uint Fold(ReadOnlySpan<byte> data)
    {
        ref byte p = ref MemoryMarshal.GetReference(data);
        ref byte moves = ref MemoryMarshal.GetReference(Moves);
        int at = data.Length % BlockLength;
        // The start value is the complement of the first four bytes, wherever they get.
        Vector128<byte> start = Vector128.CreateScalar(uint.MaxValue).AsByte();
        Vector128<byte> first = Vector128.LoadUnsafe(ref p) ^ start;
        Vector128<ulong> x1 = Ssse3.Shuffle(first, Vector128.LoadUnsafe(ref moves, (nuint)at)).AsUInt64();
        Vector128<ulong> k = Vector128.Create(0x01751997d0UL, 0x00ccaa009eUL);
        Vector128<byte> rest = Ssse3.Shuffle(start, Vector128.LoadUnsafe(ref moves, (nuint)(BlockLength + at)));
        x1 = Step(x1, k) ^ Load(ref p, at) ^ rest.AsUInt64();
        at += BlockLength;
        if (data.Length - at >= 7 * BlockLength)
        {
            Vector128<ulong> four = Vector128.Create(0x0154442bd4UL, 0x01c6e41596UL);
            Vector128<ulong> x2 = Load(ref p, at), x3 = Load(ref p, at + 16), x4 = Load(ref p, at + 32);
            for (at += 48; data.Length - at >= 4 * BlockLength; at += 4 * BlockLength)
            {
                x1 = Step(x1, four) ^ Load(ref p, at);
                x2 = Step(x2, four) ^ Load(ref p, at + 16);
                x3 = Step(x3, four) ^ Load(ref p, at + 32);
                x4 = Step(x4, four) ^ Load(ref p, at + 48);
            }

            x1 = Step(Step(Step(x1, k) ^ x2, k) ^ x3, k) ^ x4;
        }

        for (; at < data.Length; at += BlockLength)
            x1 = Step(x1, k) ^ Load(ref p, at);

        // 128 -> 64 bits
        var mask32 = Vector128.Create(0xFFFFFFFFUL, 0UL);
        x1 = Sse2.ShiftRightLogical128BitLane(x1, 8) ^ Pclmulqdq.CarrylessMultiply(x1, k, 0x10);
        x1 = Sse2.ShiftRightLogical128BitLane(x1, 4)
            ^ Pclmulqdq.CarrylessMultiply(x1 & mask32, Vector128.CreateScalar(0x0163cd6124UL), 0x00);

        // Barrett reduction, 64 -> 32 bits
        var poly = Vector128.Create(0x01db710641UL, 0x01f7011641UL);
        Vector128<ulong> t = Pclmulqdq.CarrylessMultiply(x1 & mask32, poly, 0x10) & mask32;
        x1 ^= Pclmulqdq.CarrylessMultiply(t, poly, 0x00);
        return ~x1.AsUInt32().GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Step(Vector128<ulong> x, Vector128<ulong> k) =>
        Pclmulqdq.CarrylessMultiply(x, k, 0x00) ^ Pclmulqdq.CarrylessMultiply(x, k, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ref byte p, int at) => Vector128.LoadUnsafe(ref p, (nuint)at).AsUInt64();
}
