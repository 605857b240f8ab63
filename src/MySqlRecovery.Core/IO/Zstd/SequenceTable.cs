namespace MySqlRecovery.IO.Zstd;

/// <summary>The table of one of the three fields of a sequence: predefined, of one symbol, described in the block, or the last one again.</summary>
internal sealed class SequenceTable
{
    private static readonly FseTable DefaultLiteralLengths = Predefined(
        SymbolValues.LiteralLengths, 6,
        [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1]);

    private static readonly FseTable DefaultOffsets = Predefined(
        SymbolValues.Offsets, 5,
        [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]);

    private static readonly FseTable DefaultMatchLengths = Predefined(
        SymbolValues.MatchLengths, 6,
        [
            1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
        ]);

    private readonly FseTable _predefined;
    private readonly FseTable _own;
    private FseTable? _current;

    private SequenceTable(FseTable predefined, int maximumAccuracyLog, SymbolValues values) =>
        (_predefined, _own) = (predefined, new FseTable(maximumAccuracyLog, values));

    private enum Mode
    {
        Predefined,
        Rle,
        FseCompressed,
        Repeat,
    }

    /// <summary>The table that the last section with sequences chose.</summary>
    public FseTable Table => _current ?? _predefined;

    public static SequenceTable ForLiteralLengths() => new(DefaultLiteralLengths, 9, SymbolValues.LiteralLengths);

    public static SequenceTable ForOffsets() => new(DefaultOffsets, 8, SymbolValues.Offsets);

    public static SequenceTable ForMatchLengths() => new(DefaultMatchLengths, 9, SymbolValues.MatchLengths);

    /// <summary>Forgets the table of the frame before.</summary>
    public void Reset() => _current = null;

    /// <summary>Chooses the table, and takes its description from the front of <paramref name="section"/> where the mode has one.</summary>
    public void Read(int mode, ref ReadOnlySpan<byte> section)
    {
        switch ((Mode)mode)
        {
            case Mode.Predefined:
                _current = _predefined;
                break;
            case Mode.Rle:
                if (section.IsEmpty)
                    throw new InvalidDataException("a compressed block ends inside the header of its sequences");
                _own.BuildSingle(section[0]);
                _current = _own;
                section = section[1..];
                break;
            case Mode.FseCompressed:
                section = section[_own.Read(section)..];
                _current = _own;
                break;
            case Mode.Repeat when _current == null:
                throw new InvalidDataException("sequences refer to an FSE table before there is one");
        }
    }

    private static FseTable Predefined(SymbolValues values, int accuracyLog, ReadOnlySpan<short> probabilities)
    {
        var table = new FseTable(accuracyLog, values);
        table.Build(probabilities, accuracyLog);
        return table;
    }
}
