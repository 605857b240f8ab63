using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace MySqlRecovery.IO.Zstd;

/// <summary>
/// Decodes Huffman-coded literals, in one stream or in four that are read side by side, because the processor then works
/// on four chains of dependent steps at once.
/// </summary>
internal static unsafe class HuffmanStreams
{
    private const int JumpTableLength = 6;
    private const int MinimumLiteralsOfFour = 6;

    // Five code words of at most eleven bits fit in what one load of eight bytes gives, whatever bit it starts at.
    private const int LiteralsPerRound = 5;
    private const int BytesPerRound = 7;

    /// <summary>Decodes <paramref name="count"/> literals from one stream.</summary>
    /// <param name="table">The code.</param>
    /// <param name="source">The stream; eight bytes before it must be readable.</param>
    /// <param name="length">The stream's length in bytes.</param>
    /// <param name="target">Where the literals go.</param>
    /// <param name="count">How many there are.</param>
    public static void DecodeOne(HuffmanTable table, byte* source, int length, byte* target, int count)
    {
        fixed (ushort* cells = &table.Cells)
            Finish(cells, table.Bits, new BackwardBits(source, length), target, target + count);
    }

    /// <summary>The same with a jump table and four streams, each of a quarter of the literals.</summary>
    [MethodImpl(Jit.Hot)]
    public static void DecodeFour(HuffmanTable table, byte* source, int length, byte* target, int count)
    {
        if (length < JumpTableLength || count < MinimumLiteralsOfFour)
            throw new InvalidDataException("literals are too few for four streams");
        var jumps = new ReadOnlySpan<byte>(source, JumpTableLength);
        byte* s1 = source + JumpTableLength;
        byte* s2 = s1 + BinaryPrimitives.ReadUInt16LittleEndian(jumps);
        byte* s3 = s2 + BinaryPrimitives.ReadUInt16LittleEndian(jumps[2..]);
        byte* s4 = s3 + BinaryPrimitives.ReadUInt16LittleEndian(jumps[4..]);
        byte* end = source + length;
        int quarter = (count + 3) / 4;
        if (s4 >= end || 3 * quarter > count)
            throw new InvalidDataException("the jump table of the literals is damaged");

        byte* t1 = target, t2 = t1 + quarter, t3 = t2 + quarter, t4 = t3 + quarter, targetEnd = target + count;
        byte* at1 = s2 - 8, at2 = s3 - 8, at3 = s4 - 8, at4 = end - 8;
        ulong b1 = Start(s1, at1), b2 = Start(s2, at2), b3 = Start(s3, at3), b4 = Start(s4, at4);
        fixed (ushort* cells = &table.Cells)
        {
            int shift = 64 - table.Bits;
            while (true)
            {
                long bytes = Math.Min(Math.Min(at1 - s1, at2 - s2), Math.Min(at3 - s3, at4 - s4));
                long rounds = Math.Min(bytes / BytesPerRound, (targetEnd - t4) / LiteralsPerRound);
                if (rounds <= 0)
                    break;
                do
                {
                    for (int i = 0; i < LiteralsPerRound; i++)
                    {
                        b1 = Next(cells, shift, b1, t1 + i);
                        b2 = Next(cells, shift, b2, t2 + i);
                        b3 = Next(cells, shift, b3, t3 + i);
                        b4 = Next(cells, shift, b4, t4 + i);
                    }

                    t1 += LiteralsPerRound;
                    t2 += LiteralsPerRound;
                    t3 += LiteralsPerRound;
                    t4 += LiteralsPerRound;
                    b1 = Refill(b1, ref at1);
                    b2 = Refill(b2, ref at2);
                    b3 = Refill(b3, ref at3);
                    b4 = Refill(b4, ref at4);
                }
                while (--rounds > 0);
            }

            Finish(cells, table.Bits, Rest(s1, at1, b1), t1, target + quarter);
            Finish(cells, table.Bits, Rest(s2, at2, b2), t2, target + 2 * quarter);
            Finish(cells, table.Bits, Rest(s3, at3, b3), t3, target + 3 * quarter);
            Finish(cells, table.Bits, Rest(s4, at4, b4), t4, targetEnd);
        }
    }

    /// <summary>The unread bits in front, and behind them a one-bit whose place tells how many have been read.</summary>
    private static ulong Start(byte* start, byte* at)
    {
        if (at + 8 <= start || at[7] == 0)
            throw new InvalidDataException("a stream of literals has no end mark");
        ulong bits = Unsafe.ReadUnaligned<ulong>(at);
        return (bits | 1) << (BitOperations.LeadingZeroCount(bits) + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Next(ushort* cells, int shift, ulong bits, byte* target)
    {
        uint cell = cells[bits >> shift];
        *target = (byte)(cell >> 8);
        return bits << (int)cell;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Refill(ulong bits, ref byte* at)
    {
        int consumed = BitOperations.TrailingZeroCount(bits);
        at -= consumed >> 3;
        return (Unsafe.ReadUnaligned<ulong>(at) | 1) << (consumed & 7);
    }

    private static BackwardBits Rest(byte* start, byte* at, ulong bits) => new(start, at, BitOperations.TrailingZeroCount(bits));

    [MethodImpl(Jit.Hot)]
    private static void Finish(ushort* cells, int tableBits, BackwardBits bits, byte* target, byte* end)
    {
        int shift = 64 - tableBits;
        while (target < end)
        {
            bits.Refill();
            byte* roundEnd = target + Math.Min(LiteralsPerRound, end - target);
            while (target < roundEnd)
            {
                uint cell = cells[bits.Peek(shift)];
                bits.Skip((byte)cell);
                *target++ = (byte)(cell >> 8);
            }
        }

        if (!bits.IsAtStart)
            throw new InvalidDataException("a stream of literals does not end where its literals end");
    }
}
