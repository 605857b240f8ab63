using System.Runtime.CompilerServices;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>What a walk over pages adds up; each thread has its own, and they are merged.</summary>
internal sealed class PageTally
{
    /// <summary>Problems kept with their details; the rest are only counted.</summary>
    public const int MostProblems = 100;

    private const int MostIds = 64;
    private readonly Dictionary<uint, long> _spaceIds = [];
    private PageChecksumAlgorithm _usual = PageChecksumAlgorithm.Crc32;
    private readonly long[] _algorithms = new long[Enum.GetValues<PageChecksumAlgorithm>().Length];

    public List<IbdPageProblem> Problems { get; } = [];

    public long PagesRead { get; private set; }

    public long DamagedPages { get; private set; }

    public ulong MaxLsn { get; private set; }

    public bool HasEncryptedPages { get; private set; }

    public bool HasCompressedPages { get; private set; }

    /// <summary>The id of most pages, null if all are empty.</summary>
    public uint? MajoritySpaceId => _spaceIds.Count == 0 ? null : _spaceIds.MaxBy(p => p.Value).Key;

    public bool IsOneSpaceId => _spaceIds.Count <= 1;

    /// <summary>The algorithm of most pages.</summary>
    public PageChecksumAlgorithm MainAlgorithm =>
        Ranked().FirstOrDefault(PageChecksumAlgorithm.Crc32);

    public string AlgorithmNames => string.Join(", ", Ranked().Select(PageChecksum.Name));

    /// <summary>Looks at one page.</summary>
    [MethodImpl(Jit.Hot)]
    public void Add(ReadOnlySpan<byte> page, uint number, TablespaceFile file, ExtentMap extents)
    {
        PagesRead++;
        IbdPageProblem? problem = PageInspection.Check(page, number, file, extents, _usual, out PageChecksumAlgorithm algorithm);
        _algorithms[(int)algorithm]++;
        if (problem != null)
        {
            DamagedPages++;
            if (Problems.Count < MostProblems)
                Problems.Add(problem);
            return;
        }

        if (algorithm == PageChecksumAlgorithm.Empty)
            return;
        _usual = algorithm;
        AddId(FilPage.U32(page, FilPage.SpaceId), 1);
        MaxLsn = Math.Max(MaxLsn, FilPage.U64(page, FilPage.Lsn));
        HasEncryptedPages |= PageEncoding.IsEncrypted(page, number, file.Flags);
        HasCompressedPages |= PageEncoding.IsCompressed(page, file.Flags);
    }

    public void Merge(PageTally other)
    {
        PagesRead += other.PagesRead;
        DamagedPages += other.DamagedPages;
        MaxLsn = Math.Max(MaxLsn, other.MaxLsn);
        HasEncryptedPages |= other.HasEncryptedPages;
        HasCompressedPages |= other.HasCompressedPages;
        foreach ((uint id, long count) in other._spaceIds)
            AddId(id, count);
        for (int i = 0; i < _algorithms.Length; i++)
            _algorithms[i] += other._algorithms[i];
        Problems.AddRange(other.Problems.Take(MostProblems - Problems.Count));
    }

    private void AddId(uint id, long count)
    {
        if (_spaceIds.Count < MostIds || _spaceIds.ContainsKey(id))
            _spaceIds[id] = _spaceIds.GetValueOrDefault(id) + count;
    }

    private IEnumerable<PageChecksumAlgorithm> Ranked() => Enum.GetValues<PageChecksumAlgorithm>()
        .Where(a => PageChecksum.Name(a).Length > 0 && _algorithms[(int)a] > 0).OrderByDescending(a => _algorithms[(int)a]);
}

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
