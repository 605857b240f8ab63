using System.Numerics;

namespace MySqlRecovery.IO.Zstd;

/// <summary>The probabilities of the symbols of one FSE table, as a block describes them (RFC 8878, section 4.1.1).</summary>
internal ref struct FseDistribution
{
    private const int MinimumAccuracyLog = 5;
    private int _bitPosition;

    private FseDistribution(Span<short> probabilities) => Probabilities = probabilities;

    /// <summary>Cells of the table per symbol; -1 is a symbol that is rarer than one cell and still gets one.</summary>
    public Span<short> Probabilities { get; private set; }

    /// <summary>Logarithm of the number of cells.</summary>
    public int AccuracyLog { get; private set; }

    /// <summary>How many bytes the description takes.</summary>
    public readonly int Length => (_bitPosition + 7) / 8;

    /// <summary>Reads the description at the start of <paramref name="data"/>.</summary>
    /// <param name="data">The description and whatever follows it.</param>
    /// <param name="maximumAccuracyLog">The most cells that this kind of table may have, as a logarithm.</param>
    /// <param name="probabilities">Where to put them: as long as there are symbols of this kind.</param>
    public static FseDistribution Read(ReadOnlySpan<byte> data, int maximumAccuracyLog, Span<short> probabilities)
    {
        var distribution = new FseDistribution(probabilities);
        distribution.AccuracyLog = distribution.Take(data, 4) + MinimumAccuracyLog;
        if (distribution.AccuracyLog > maximumAccuracyLog)
            throw new InvalidDataException(
                $"an FSE table has an accuracy log of {distribution.AccuracyLog}, at most {maximumAccuracyLog} is allowed");
        int symbols = distribution.ReadProbabilities(data);
        if (distribution.Length > data.Length)
            throw new InvalidDataException("an FSE table description goes beyond its section");
        distribution.Probabilities = probabilities[..symbols];
        return distribution;
    }

    private int ReadProbabilities(ReadOnlySpan<byte> data)
    {
        int remaining = 1 << AccuracyLog;
        int symbol = 0;
        while (remaining > 0)
        {
            if (symbol >= Probabilities.Length)
                throw new InvalidDataException("an FSE table description has more symbols than there are");
            int probability = TakeValue(data, remaining + 1) - 1;
            Probabilities[symbol++] = (short)probability;
            remaining -= Math.Abs(probability);
            if (probability == 0)
                symbol = ReadZeros(data, symbol);
        }

        return symbol;
    }

    private int ReadZeros(ReadOnlySpan<byte> data, int symbol)
    {
        int repeat;
        do
        {
            repeat = Take(data, 2);
            if (repeat > Probabilities.Length - symbol)
                throw new InvalidDataException("an FSE table description has more symbols than there are");
            Probabilities.Slice(symbol, repeat).Clear();
            symbol += repeat;
        }
        while (repeat == 3);
        return symbol;
    }

    /// <summary>A value from 0 to <paramref name="maximum"/>; the low values save the bit that the field has to spare.</summary>
    private int TakeValue(ReadOnlySpan<byte> data, int maximum)
    {
        int bits = BitOperations.Log2((uint)maximum) + 1;
        int shortValues = (1 << bits) - 1 - maximum;
        int value = Peek(data, bits);
        int low = value & (1 << (bits - 1)) - 1;
        if (low < shortValues)
        {
            _bitPosition += bits - 1;
            return low;
        }

        _bitPosition += bits;
        return value == low ? value : value - shortValues;
    }

    private int Take(ReadOnlySpan<byte> data, int count)
    {
        int value = Peek(data, count);
        _bitPosition += count;
        return value;
    }

    /// <summary>Up to 16 bits; those beyond the end are 0, which the check of the length finds later.</summary>
    private readonly int Peek(ReadOnlySpan<byte> data, int count)
    {
        uint bits = 0;
        int first = _bitPosition / 8;
        for (int i = 0; i < 3 && first + i < data.Length; i++)
            bits |= (uint)data[first + i] << (8 * i);
        return (int)(bits >> (_bitPosition % 8)) & (1 << count) - 1;
    }
}
