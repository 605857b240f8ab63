using System.Runtime.CompilerServices;
using MySqlRecovery.IO;
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
    public void Add(ReadOnlySpan<byte> page, uint number, TablespaceFile file)
    {
        PagesRead++;
        IbdPageProblem? problem = PageInspection.Check(page, number, file, _usual, out PageChecksumAlgorithm algorithm);
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
