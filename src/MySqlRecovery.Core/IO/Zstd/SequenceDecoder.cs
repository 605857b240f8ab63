using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MySqlRecovery.Server;

namespace MySqlRecovery.IO.Zstd;

/// <summary>Reads the sequences section of compressed blocks and carries the sequences out (RFC 8878, sections 3.1.1.3.2 and 3.1.1.4).</summary>
internal sealed unsafe class SequenceDecoder
{
    private const int VectorLength = 16;

    // State updates of three tables take at most 9 + 9 + 8 bits.
    private const int MaximumStateBits = 26;

    private readonly SequenceTable _literalLengths = SequenceTable.ForLiteralLengths();
    private readonly SequenceTable _offsets = SequenceTable.ForOffsets();
    private readonly SequenceTable _matchLengths = SequenceTable.ForMatchLengths();
    private RecentOffsets _recentOffsets;

    /// <summary>Forgets tables and offsets of the frame before.</summary>
    public void Reset()
    {
        _literalLengths.Reset();
        _offsets.Reset();
        _matchLengths.Reset();
        _recentOffsets = new RecentOffsets();
    }

    /// <summary>Appends a block's content to <paramref name="window"/>.</summary>
    /// <param name="section">The sequences section, up to the end of the block.</param>
    /// <param name="literals">The block's literals, with a margin behind them that can be read.</param>
    /// <param name="window">What has been decoded; it has room for <paramref name="limit"/> bytes and its margin.</param>
    /// <param name="limit">The most bytes that the block may decode to.</param>
    public void Execute(ReadOnlySpan<byte> section, ReadOnlySpan<byte> literals, ZstdWindow window, int limit)
    {
        int count = ReadCount(ref section);
        int written = 0;
        if (count > 0)
        {
            ReadTables(ref section);
            written = ExecuteAll(count, section, ref literals, window, limit);
        }
        else if (!section.IsEmpty)
        {
            throw new InvalidDataException("bytes follow the sequences of a block that has none");
        }

        if (literals.Length > limit - written)
            ThrowTooLong();
        literals.CopyTo(window.Buffer.AsSpan(window.End + written));
        window.Advance(written + literals.Length);
    }

    private static int ReadCount(ref ReadOnlySpan<byte> section)
    {
        byte first = section.IsEmpty ? byte.MaxValue : section[0];
        int length = first switch { < 128 => 1, < 255 => 2, _ => 3 };
        if (section.Length < length)
            throw TooShort();
        int count = length switch
        {
            1 => first,
            2 => (first - 128 << 8) + section[1],
            _ => BinaryPrimitives.ReadUInt16LittleEndian(section[1..]) + 0x7F00,
        };
        section = section[length..];
        return count;
    }

    private void ReadTables(ref ReadOnlySpan<byte> section)
    {
        if (section.IsEmpty)
            throw TooShort();
        byte modes = section[0];
        if ((modes & 3) != 0)
            throw new InvalidDataException("the sequences of a block use a reserved feature");
        section = section[1..];
        _literalLengths.Read(modes >> 6, ref section);
        _offsets.Read(modes >> 4 & 3, ref section);
        _matchLengths.Read(modes >> 2 & 3, ref section);
    }

    [MethodImpl(Jit.Hot)]
    private int ExecuteAll(int count, ReadOnlySpan<byte> section, ref ReadOnlySpan<byte> literals, ZstdWindow window, int limit)
    {
        fixed (byte* source = section)
        fixed (byte* firstLiteral = &MemoryMarshal.GetReference(literals))
        fixed (byte* history = window.Buffer)
        fixed (ulong* literalCells = &_literalLengths.Table.Cells, offsetCells = &_offsets.Table.Cells, matchCells = &_matchLengths.Table.Cells)
        {
            var bits = new BackwardBits(source, section.Length);
            uint literalState = bits.Take(_literalLengths.Table.AccuracyLog);
            uint offsetState = bits.Take(_offsets.Table.AccuracyLog);
            uint matchState = bits.Take(_matchLengths.Table.AccuracyLog);
            RecentOffsets recentOffsets = _recentOffsets;
            byte* literal = firstLiteral;
            byte* literalEnd = literal + literals.Length;
            byte* start = history + window.End;
            byte* target = start;
            byte* end = target + limit;
            while (true)
            {
                bits.Refill();
                ulong literalCell = literalCells[literalState], offsetCell = offsetCells[offsetState], matchCell = matchCells[matchState];
                int offsetBits = FseTable.ValueBits(offsetCell), matchBits = FseTable.ValueBits(matchCell), literalBits = FseTable.ValueBits(literalCell);
                uint offset = FseTable.Value(offsetCell) + bits.Take(offsetBits);
                uint matchLength = FseTable.Value(matchCell) + bits.Take(matchBits);
                if (offsetBits + matchBits + literalBits > BackwardBits.BitsPerRefill - MaximumStateBits)
                    bits.Refill();
                uint literalLength = FseTable.Value(literalCell) + bits.Take(literalBits);
                if (--count > 0)
                {
                    literalState = FseTable.NextState(literalCell) + bits.Take(FseTable.StateBits(literalCell));
                    matchState = FseTable.NextState(matchCell) + bits.Take(FseTable.StateBits(matchCell));
                    offsetState = FseTable.NextState(offsetCell) + bits.Take(FseTable.StateBits(offsetCell));
                }

                offset = recentOffsets.Resolve(offset, literalLength);
                if (literalLength > literalEnd - literal)
                    ThrowLiterals();
                if (literalLength + matchLength > end - target)
                    ThrowTooLong();
                Copy(literal, target, literalLength);
                literal += literalLength;
                target += literalLength;
                if (offset - 1 >= target - history)
                    ThrowOffset(offset);
                CopyMatch(target, offset, matchLength);
                target += matchLength;
                if (count == 0)
                    break;
            }

            if (!bits.IsAtStart)
                throw new InvalidDataException("the sequences of a block do not end where their bits end");
            _recentOffsets = recentOffsets;
            literals = literals[(int)(literal - firstLiteral)..];
            return (int)(target - start);
        }
    }

    /// <summary>Copies in whole vectors, beyond <paramref name="length"/> if it is no multiple of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(byte* source, byte* target, uint length)
    {
        Vector128.Load(source).Store(target);
        for (uint i = VectorLength; i < length; i += VectorLength)
            Vector128.Load(source + i).Store(target + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyMatch(byte* target, uint offset, uint length)
    {
        if (offset >= VectorLength)
            Copy(target - offset, target, length);
        else
            CopyNear(target, offset, length);
    }

    /// <summary>A match that overlaps itself within a vector: repeats its period until vectors can be copied.</summary>
    private static void CopyNear(byte* target, uint offset, uint length)
    {
        byte* source = target - offset;
        byte* end = target + length;
        uint distance = offset;
        while (distance < VectorLength)
        {
            for (uint i = 0; i < offset; i++)
                target[i] = source[i];
            target += offset;
            source = target - offset;
            distance += offset;
        }

        if (target < end)
            Copy(target - distance, target, (uint)(end - target));
    }

    [DoesNotReturn]
    private static void ThrowLiterals() => throw new InvalidDataException("a sequence takes more literals than the block has");

    [DoesNotReturn]
    private static void ThrowTooLong() => throw new InvalidDataException("a block decodes to more bytes than its frame allows");

    [DoesNotReturn]
    private static void ThrowOffset(uint offset) => throw new InvalidDataException($"a sequence refers {offset} bytes back, before the start of the frame or its window");

    private static InvalidDataException TooShort() => new("a compressed block ends inside the header of its sequences");
}
