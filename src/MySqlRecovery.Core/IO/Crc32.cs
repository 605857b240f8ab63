using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MySqlRecovery.IO;

/// <summary>
/// CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320), the checksum of binlog events.
/// Folds with carry-less multiplication where the processor has it, sixteen bytes a table step otherwise.
/// </summary>
internal static class Crc32
{
    private const int FoldingMinimum = 64;
    private static readonly uint[] Table = MakeTable();

    /// <summary>The checksum of <paramref name="data"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>Whether the last four bytes are the checksum of those before them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool EndsWithChecksum(ReadOnlySpan<byte> data) =>
        BinaryPrimitives.ReadUInt32LittleEndian(data[^4..]) == Compute(data[..^4]);

    /// <summary>Continues a checksum over more bytes; start with 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        if (Pclmulqdq.IsSupported && data.Length >= FoldingMinimum)
        {
            int folded = data.Length & ~15;
            crc = Fold(crc, data[..folded]);
            data = data[folded..];
        }

        return ~AppendTable(crc, data);
    }

    /// <summary>The same without the processor's help; the two are tested against each other.</summary>
    internal static uint ComputePortable(ReadOnlySpan<byte> data) => ~AppendTable(~0u, data);

    // Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ", reflected constants for 0x04C11DB7.
    [MethodImpl(Jit.Hot)]
    private static uint Fold(uint crc, ReadOnlySpan<byte> data)
    {
        ref byte p = ref MemoryMarshal.GetReference(data);
        int length = data.Length;
        Vector128<ulong> x1 = Load(ref p, 0) ^ Vector128.CreateScalar((ulong)crc);
        Vector128<ulong> x2 = Load(ref p, 16), x3 = Load(ref p, 32), x4 = Load(ref p, 48);
        int at = 64;
        Vector128<ulong> k = Vector128.Create(0x0154442bd4UL, 0x01c6e41596UL);
        for (; length - at >= 64; at += 64)
        {
            x1 = Step(x1, k) ^ Load(ref p, at);
            x2 = Step(x2, k) ^ Load(ref p, at + 16);
            x3 = Step(x3, k) ^ Load(ref p, at + 32);
            x4 = Step(x4, k) ^ Load(ref p, at + 48);
        }

        k = Vector128.Create(0x01751997d0UL, 0x00ccaa009eUL);
        x1 = Step(x1, k) ^ x2;
        x1 = Step(x1, k) ^ x3;
        x1 = Step(x1, k) ^ x4;
        for (; at < length; at += 16)
            x1 = Step(x1, k) ^ Load(ref p, at);

        // 128 -> 64 bits
        var mask32 = Vector128.Create(0xFFFFFFFFUL, 0UL);
        Vector128<ulong> t = Pclmulqdq.CarrylessMultiply(x1, k, 0x10);
        x1 = Sse2.ShiftRightLogical128BitLane(x1, 8) ^ t;
        t = Sse2.ShiftRightLogical128BitLane(x1, 4);
        x1 = Pclmulqdq.CarrylessMultiply(x1 & mask32, Vector128.CreateScalar(0x0163cd6124UL), 0x00) ^ t;

        // Barrett reduction, 64 -> 32 bits
        var poly = Vector128.Create(0x01db710641UL, 0x01f7011641UL);
        t = Pclmulqdq.CarrylessMultiply(x1 & mask32, poly, 0x10) & mask32;
        x1 ^= Pclmulqdq.CarrylessMultiply(t, poly, 0x00);
        return x1.AsUInt32().GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Step(Vector128<ulong> x, Vector128<ulong> k) =>
        Pclmulqdq.CarrylessMultiply(x, k, 0x00) ^ Pclmulqdq.CarrylessMultiply(x, k, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ref byte p, int at) => Vector128.LoadUnsafe(ref p, (nuint)at).AsUInt64();

    [MethodImpl(Jit.Hot)]
    private static uint AppendTable(uint crc, ReadOnlySpan<byte> data)
    {
        uint[] t = Table;
        for (; data.Length >= 16; data = data[16..])
        {
            uint a = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            uint b = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            uint c = BinaryPrimitives.ReadUInt32LittleEndian(data[8..]);
            uint d = BinaryPrimitives.ReadUInt32LittleEndian(data[12..]);
            crc = Word(t, 12, a) ^ Word(t, 8, b) ^ Word(t, 4, c) ^ Word(t, 0, d);
        }

        if (data.Length >= 8)
        {
            uint a = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            crc = Word(t, 4, a) ^ Word(t, 0, BinaryPrimitives.ReadUInt32LittleEndian(data[4..]));
            data = data[8..];
        }

        if (data.Length >= 4)
        {
            crc = Word(t, 0, BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc);
            data = data[4..];
        }

        foreach (byte b in data)
            crc = (crc >> 8) ^ t[(byte)(crc ^ b)];
        return crc;
    }

    private static uint Word(uint[] t, int slice, uint w) =>
        t[((slice + 3) << 8) + (byte)w] ^ t[((slice + 2) << 8) + (byte)(w >> 8)] ^
        t[((slice + 1) << 8) + (byte)(w >> 16)] ^ t[(slice << 8) + (byte)(w >> 24)];

    private static uint[] MakeTable()
    {
        var t = new uint[16 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint c = i;
            for (int bit = 0; bit < 8; bit++)
                c = (c & 1) != 0 ? (c >> 1) ^ 0xEDB88320 : c >> 1;
            t[i] = c;
        }

        for (int i = 256; i < t.Length; i++)
            t[i] = (t[i - 256] >> 8) ^ t[(byte)t[i - 256]];
        return t;
    }
}
