namespace MySqlRecovery.IO.Zstd;

/// <summary>What the symbols of an FSE table stand for: a baseline, to which some bits of the stream are added.</summary>
internal sealed class SymbolValues
{
    private readonly uint[] _baselines;
    private readonly byte[] _bits;

    /// <summary>Codes whose ranges follow each other without a gap, from <paramref name="first"/> on.</summary>
    private SymbolValues(uint first, ReadOnlySpan<byte> bits)
    {
        _bits = bits.ToArray();
        _baselines = new uint[bits.Length];
        for (int code = 0; code < bits.Length; code++)
        {
            _baselines[code] = first;
            first += 1u << bits[code];
        }
    }

    /// <summary>Literals length codes (RFC 8878, section 3.1.1.3.2.1.1).</summary>
    public static SymbolValues LiteralLengths { get; } = new(
        0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

    /// <summary>Match length codes, 32 of them without bits from length 3 on.</summary>
    public static SymbolValues MatchLengths { get; } = new(
        3,
        [
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
        ]);

    /// <summary>Offset codes: a code is the number of its bits. 31 is the largest that the stock library accepts.</summary>
    public static SymbolValues Offsets { get; } = new(1, [.. Enumerable.Range(0, 32).Select(code => (byte)code)]);

    /// <summary>Huffman weights, which stand for themselves.</summary>
    public static SymbolValues Weights { get; } = new(0, new byte[HuffmanTable.MaximumBits + 1]);

    public int Count => _bits.Length;

    public uint Baseline(byte symbol) => _baselines[symbol];

    public byte Bits(byte symbol) => _bits[symbol];
}
