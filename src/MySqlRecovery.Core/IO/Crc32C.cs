using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MySqlRecovery.IO;

/// <summary>
/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), the checksum of InnoDB pages.
/// Three independent lanes keep the processor's CRC unit busy: one instruction a cycle has a latency of three.
/// </summary>
internal static class Crc32C
{
    private const int Lane = 336; // three lanes make 1008 bytes: little is left over of a 4K or a 16K page
    private static readonly uint[] ShiftOne = MakeShift(Lane);
    private static readonly uint[] ShiftTwo = MakeShift(2 * Lane);

    /// <summary>The checksum of <paramref name="data"/>.</summary>
    [MethodImpl(Jit.Hot)]
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        uint crc = ~0u;
        for (; data.Length >= 3 * Lane; data = data[(3 * Lane)..])
            crc = ThreeLanes(crc, data);
        return ~Serial(crc, data);
    }

    [MethodImpl(Jit.Hot)]
    private static uint ThreeLanes(uint crc, ReadOnlySpan<byte> data)
    {
        ref byte p = ref MemoryMarshal.GetReference(data);
        uint a = crc, b = 0, c = 0;
        for (int at = 0; at < Lane; at += 8)
        {
            a = BitOperations.Crc32C(a, Load(ref p, at));
            b = BitOperations.Crc32C(b, Load(ref p, at + Lane));
            c = BitOperations.Crc32C(c, Load(ref p, at + (2 * Lane)));
        }

        return Shift(ShiftTwo, a) ^ Shift(ShiftOne, b) ^ c;
    }

    [MethodImpl(Jit.Hot)]
    private static uint Serial(uint crc, ReadOnlySpan<byte> data)
    {
        ref byte p = ref MemoryMarshal.GetReference(data);
        int at = 0;
        for (; at <= data.Length - 8; at += 8)
            crc = BitOperations.Crc32C(crc, Load(ref p, at));
        for (; at < data.Length; at++)
            crc = BitOperations.Crc32C(crc, data[at]);
        return crc;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load(ref byte p, int at)
    {
        ulong value = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref p, at));
        return BitConverter.IsLittleEndian ? value : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Shift(uint[] table, uint crc) =>
        table[(byte)crc] ^ table[256 + (byte)(crc >> 8)] ^ table[512 + (byte)(crc >> 16)] ^ table[768 + (crc >> 24)];

    // The register after a number of zero bytes is linear in the register before them.
    private static uint[] MakeShift(int zeros)
    {
        var table = new uint[4 * 256];
        for (int i = 0; i < table.Length; i++)
        {
            uint crc = (uint)(i & 0xFF) << (8 * (i >> 8));
            for (int at = 0; at < zeros; at += 8)
                crc = BitOperations.Crc32C(crc, 0UL);
            table[i] = crc;
        }

        return table;
    }
}
