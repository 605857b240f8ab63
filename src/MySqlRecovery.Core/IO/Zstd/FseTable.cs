using System.Numerics;
using System.Runtime.CompilerServices;

namespace MySqlRecovery.IO.Zstd;

/// <summary>
/// A decoding table of finite state entropy (RFC 8878, section 4.1). A cell is one number, so that a state costs one
/// load: from the low bits up 32 bits of the symbol's value, 16 of the next state's base, 8 of the count of bits to add
/// to that, 8 of the count of bits to add to the value.
/// </summary>
internal sealed class FseTable(int maximumAccuracyLog, SymbolValues values)
{
    private readonly ulong[] _cells = new ulong[1 << maximumAccuracyLog];

    public int AccuracyLog { get; private set; }

    /// <summary>The first cell, to pin; any state below 1 &lt;&lt; <see cref="AccuracyLog"/> is a cell.</summary>
    public ref ulong Cells => ref _cells[0];

    /// <summary>What <paramref name="cell"/> stands for, without its additional bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Value(ulong cell) => (uint)cell;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ValueBits(ulong cell) => (int)(cell >> 56);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint NextState(ulong cell) => (ushort)(cell >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StateBits(ulong cell) => (byte)(cell >> 48);

    /// <summary>Reads a table description at the start of <paramref name="data"/>; gives its length in bytes.</summary>
    public int Read(ReadOnlySpan<byte> data)
    {
        FseDistribution distribution = FseDistribution.Read(data, maximumAccuracyLog, stackalloc short[values.Count]);
        Build(distribution.Probabilities, distribution.AccuracyLog);
        return distribution.Length;
    }

    /// <summary>A table of one cell, which never changes state.</summary>
    public void BuildSingle(byte symbol)
    {
        if (symbol >= values.Count)
            throw new InvalidDataException($"there is no sequence code {symbol}");
        AccuracyLog = 0;
        _cells[0] = Cell(symbol, 0, 0);
    }

    [MethodImpl(Jit.Hot)]
    public void Build(ReadOnlySpan<short> probabilities, int accuracyLog)
    {
        AccuracyLog = accuracyLog;
        int size = 1 << accuracyLog;
        Span<byte> symbols = stackalloc byte[size];
        Span<ushort> nextRanks = stackalloc ushort[probabilities.Length];
        int high = size - 1;
        for (int symbol = 0; symbol < probabilities.Length; symbol++)
        {
            nextRanks[symbol] = (ushort)Math.Abs(probabilities[symbol]);
            if (probabilities[symbol] < 0)
                symbols[high--] = (byte)symbol;
        }

        Spread(probabilities, symbols, high);
        for (int state = 0; state < size; state++)
        {
            byte symbol = symbols[state];
            uint rank = nextRanks[symbol]++;
            int bits = accuracyLog - BitOperations.Log2(rank);
            _cells[state] = Cell(symbol, (rank << bits) - (uint)size, bits);
        }
    }

    private static void Spread(ReadOnlySpan<short> probabilities, Span<byte> symbols, int high)
    {
        int step = symbols.Length / 2 + symbols.Length / 8 + 3;
        int position = 0;
        for (int symbol = 0; symbol < probabilities.Length; symbol++)
        {
            for (int i = 0; i < probabilities[symbol]; i++)
            {
                symbols[position] = (byte)symbol;
                do
                    position = (position + step) & (symbols.Length - 1);
                while (position > high);
            }
        }
    }

    private ulong Cell(byte symbol, uint nextState, int stateBits) =>
        values.Baseline(symbol) | (ulong)nextState << 32 | (ulong)stateBits << 48 | (ulong)values.Bits(symbol) << 56;
}
