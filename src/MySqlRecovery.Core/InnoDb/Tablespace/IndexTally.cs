using System.Runtime.CompilerServices;
using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>
/// Adds up the pages of one index so that the shape of its tree can be judged without holding pages: the pages of each level
/// must form one chain, and the level above must have as many records as there are pages.
/// </summary>
internal sealed class IndexTally
{
    private readonly SortedDictionary<int, Level> _levels = [];
    private readonly BTreeRoot _root;

    public IndexTally(BTreeRoot root) => _root = root;

    /// <summary>Records on leaves that are not delete-marked.</summary>
    public long LiveRecords { get; private set; }

    [MethodImpl(Jit.Hot)]
    public void Add(ReadOnlySpan<byte> page, uint number, int live)
    {
        int height = FilPage.U16(page, IndexPage.Level);
        if (!_levels.TryGetValue(height, out Level? level))
            _levels[height] = level = new Level();
        level.Pages++;
        level.Records += FilPage.U16(page, IndexPage.NRecs);
        uint previous = FilPage.U32(page, FilPage.Previous), next = FilPage.U32(page, FilPage.Next);
        if (previous == FilPage.Null)
            level.Heads++;
        else
            level.BackwardLinks += Edge(previous, number);
        if (next == FilPage.Null)
            level.Tails++;
        else
            level.ForwardLinks += Edge(number, next);
        if (height == 0)
            LiveRecords += live;
    }

    /// <summary>Adds what another thread has seen of the same index.</summary>
    public void Merge(IndexTally other)
    {
        LiveRecords += other.LiveRecords;
        foreach ((int height, Level seen) in other._levels)
        {
            if (_levels.TryGetValue(height, out Level? level))
                level.Add(seen);
            else
                _levels[height] = seen;
        }
    }

    /// <summary>What is wrong with the tree's shape.</summary>
    public IEnumerable<string> Problems()
    {
        if (!_levels.TryGetValue(_root.Level, out Level? top) || top.Pages != 1)
            yield return $"its root on page {_root.Page} is not alone on level {_root.Level}";
        for (int height = 0; height <= _root.Level; height++)
        {
            if (!_levels.TryGetValue(height, out Level? level))
                yield return $"it has no page on level {height}";
            else if (level.Heads != 1 || level.Tails != 1 || level.ForwardLinks != level.BackwardLinks)
                yield return $"the {level.Pages} pages on level {height} are not one chain";
            else if (height < _root.Level && _levels.TryGetValue(height + 1, out Level? above) && above.Records != level.Pages)
                yield return $"level {height + 1} points to {above.Records} pages, level {height} has {level.Pages}";
        }
    }

    // A link counts the same from either end; different sets of links practically never have the same sum.
    private static ulong Edge(uint from, uint to)
    {
        ulong x = ((ulong)from << 32 | to) + 0x9E3779B97F4A7C15;
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
        x = (x ^ x >> 27) * 0x94D049BB133111EB;
        return x ^ x >> 31;
    }

    private sealed class Level
    {
        public long Pages;
        public long Records;
        public long Heads;
        public long Tails;
        public ulong ForwardLinks;
        public ulong BackwardLinks;

        public void Add(Level other)
        {
            Pages += other.Pages;
            Records += other.Records;
            Heads += other.Heads;
            Tails += other.Tails;
            ForwardLinks += other.ForwardLinks;
            BackwardLinks += other.BackwardLinks;
        }
    }
}
