using System.Numerics;
using System.Runtime.CompilerServices;

namespace MySqlRecovery.IO.Zstd;

/// <summary>The Huffman code of a block's literals (RFC 8878, section 4.2) as a table over its longest code word.</summary>
internal sealed class HuffmanTable
{
    /// <summary>The longest code word that the format allows, in bits.</summary>
    public const int MaximumBits = 11;

    private const int MaximumWeights = 255;
    private readonly ushort[] _cells = new ushort[1 << MaximumBits];
    private readonly FseTable _weightTable = new(6, SymbolValues.Weights);

    /// <summary>Length of the longest code word in bits; 0 as long as there is no code.</summary>
    public int Bits { get; private set; }

    /// <summary>The first cell, to pin: the low byte is the code word's length in bits, the high byte the literal.</summary>
    public ref ushort Cells => ref _cells[0];

    /// <summary>Forgets the code, as a new frame does.</summary>
    public void Clear() => Bits = 0;

    /// <summary>Reads a tree description at the start of <paramref name="data"/>; gives its length in bytes.</summary>
    public int Read(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            throw BadDescription();
        Span<byte> weights = stackalloc byte[MaximumWeights + 1];
        int header = data[0];
        int length = header < 128 ? header : (header - 127 + 1) / 2;
        if (length > data.Length - 1)
            throw BadDescription();
        ReadOnlySpan<byte> description = data.Slice(1, length);
        int count = header < 128 ? ReadCompressed(description, weights) : ReadDirect(description, header - 127, weights);
        Build(weights, count);
        return 1 + length;
    }

    private static int ReadDirect(ReadOnlySpan<byte> data, int count, Span<byte> weights)
    {
        for (int i = 0; i < count; i++)
            weights[i] = (byte)(i % 2 == 0 ? data[i / 2] >> 4 : data[i / 2] & 15);
        return count;
    }

    /// <summary>Two states take turns; the stream ends where a state would need more bits than there are.</summary>
    private unsafe int ReadCompressed(ReadOnlySpan<byte> data, Span<byte> weights)
    {
        data = data[_weightTable.Read(data)..];
        int count = 0;
        fixed (byte* start = data)
        fixed (ulong* cells = &_weightTable.Cells)
        {
            var bits = new BackwardBits(start, data.Length);
            uint state = bits.Take(_weightTable.AccuracyLog);
            uint otherState = bits.Take(_weightTable.AccuracyLog);
            if (bits.Remaining < 0)
                throw BadDescription();
            while (true)
            {
                if (count >= MaximumWeights - 1)
                    throw BadDescription();
                ulong cell = cells[state];
                weights[count++] = (byte)FseTable.Value(cell);
                if (FseTable.StateBits(cell) > bits.Remaining)
                    break;
                bits.Refill();
                state = otherState;
                otherState = FseTable.NextState(cell) + bits.Take(FseTable.StateBits(cell));
            }

            weights[count++] = (byte)FseTable.Value(cells[otherState]);
        }

        return count;
    }

    private void Build(Span<byte> weights, int count)
    {
        Span<int> symbolsOfWeight = stackalloc int[MaximumBits + 2];
        uint sum = 0;
        for (int i = 0; i < count; i++)
        {
            if (weights[i] > MaximumBits)
                throw BadDescription();
            symbolsOfWeight[weights[i]]++;
            sum += 1u << weights[i] >> 1;
        }

        int bits = BitOperations.Log2(sum) + 1;
        uint rest = (1u << bits) - sum;
        if (sum == 0 || bits > MaximumBits || !BitOperations.IsPow2(rest))
            throw BadDescription();

        // The last weight is not in the description: it completes the sum to a power of two.
        int lastWeight = BitOperations.Log2(rest) + 1;
        weights[count++] = (byte)lastWeight;
        symbolsOfWeight[lastWeight]++;
        if (symbolsOfWeight[1] == 0)
            throw BadDescription();
        Bits = bits;
        Fill(weights[..count], symbolsOfWeight);
    }

    [MethodImpl(Jit.Hot)]
    private void Fill(ReadOnlySpan<byte> weights, ReadOnlySpan<int> symbolsOfWeight)
    {
        Span<int> next = stackalloc int[MaximumBits + 2];
        int start = 0;
        for (int weight = 1; weight < next.Length; weight++)
        {
            next[weight] = start;
            start += symbolsOfWeight[weight] << (weight - 1);
        }

        for (int symbol = 0; symbol < weights.Length; symbol++)
        {
            int weight = weights[symbol];
            if (weight == 0)
                continue;
            int width = 1 << (weight - 1);
            _cells.AsSpan(next[weight], width).Fill((ushort)(symbol << 8 | (Bits + 1 - weight)));
            next[weight] += width;
        }
    }

    private static InvalidDataException BadDescription() => new("a Huffman tree description is damaged");
}
