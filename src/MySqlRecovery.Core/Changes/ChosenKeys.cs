using MySqlRecovery.Binlog.Rows;

namespace MySqlRecovery.Changes;

/// <summary>How sure it is that a row is one of those that were chosen.</summary>
internal enum KeyMatch
{
    /// <summary>It is none of them, or was met before.</summary>
    None,

    /// <summary>It is, or is not: their collation may tell apart what is one key here.</summary>
    Possible,

    /// <summary>It is.</summary>
    Certain,
}

/// <summary>
/// The keys of the rows that were chosen, to meet each of them once. Where a collation tells more keys apart than are told here, one
/// that is spelt otherwise may be another row's: each spelling is met, and only the same one is sure.
/// </summary>
internal sealed class ChosenKeys
{
    /// <summary>More rows than this are not kept: their keys would take more than 100 MB.</summary>
    public const int Maximum = 1 << 20;

    private readonly HashSet<UInt128> _names = [];

    // Of keys whose names are those of others, too: how the chosen ones are spelt, and which were met.
    private readonly HashSet<UInt128> _spellings = [];
    private readonly HashSet<UInt128> _met = [];

    /// <summary>How many of them were not met.</summary>
    public int Count => _names.Count;

    /// <summary>Takes a key in if the image has it.</summary>
    public void Add(TableMap map, RowLayout layout, ReadOnlySpan<byte> image)
    {
        if (RowKey.NameOf(map, layout, image) is not { } name)
            return;
        _names.Add(name);
        if (!RowKey.JoinsMuch(map))
            return;
        UInt128 spelling = RowKey.SpellingOf(map, layout, image);
        _spellings.Add(spelling);
        _met.Remove(spelling);
    }

    /// <summary>Whether the key of an image is one of them that was not met since it was taken in.</summary>
    public KeyMatch Meet(TableMap map, RowLayout layout, ReadOnlySpan<byte> image)
    {
        if (RowKey.NameOf(map, layout, image) is not { } name)
            return KeyMatch.None;
        if (!RowKey.JoinsMuch(map))
            return _names.Remove(name) ? KeyMatch.Certain : KeyMatch.None;
        if (!_names.Contains(name))
            return KeyMatch.None;
        UInt128 spelling = RowKey.SpellingOf(map, layout, image);
        // Of more than are kept, one may be met twice.
        if (_met.Contains(spelling) || (_met.Count < Maximum && !_met.Add(spelling)))
            return KeyMatch.None;
        return _spellings.Contains(spelling) ? KeyMatch.Certain : KeyMatch.Possible;
    }
}
