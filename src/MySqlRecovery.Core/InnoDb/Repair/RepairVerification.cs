using System.Globalization;
using System.Runtime.CompilerServices;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>Reads a repaired file again and tells whether it holds together, as far as a file alone can tell.</summary>
internal sealed class RepairVerification
{
    private const int MostProblems = 50;
    private readonly TablespaceFile _file;
    private readonly RepairPlan _plan;
    private readonly List<string> _problems = [];
    private readonly List<BTreeRoot> _roots;
    private readonly BlobCheck _blobs;

    private RepairVerification(TablespaceFile file, RepairPlan plan)
    {
        _file = file;
        _plan = plan;
        _roots = BTreeRoot.FindAll(file);
        _blobs = new BlobCheck(file);
    }

    /// <summary>What is wrong; empty for a sound file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What it is called, or will be.</param>
    /// <param name="plan">How it was repaired.</param>
    /// <param name="stop">Cancels.</param>
    /// <param name="onRead">Is told of the bytes that were read, on whatever thread.</param>
    public static List<string> Run(string path, string name, RepairPlan plan, CancellationToken stop, Action<int>? onRead = null)
    {
        using TablespaceFile file = TablespaceFile.Open(path, name);
        return new RepairVerification(file, plan).Run(onRead, stop);
    }

    private List<string> Run(Action<int>? onRead, CancellationToken stop)
    {
        if (FilPage.U32(_file.Page0, FilPage.Data) != _plan.Target.SpaceId)
            Report($"the FSP header has id {FilPage.U32(_file.Page0, FilPage.Data)}");
        CheckRoots();
        var total = new Tally(_roots, _plan);
        ParallelPages.Run(
            _file, () => new Tally(_roots, _plan), (tally, page, number) =>
            {
                onRead?.Invoke(page.Length);
                CheckPage(tally, page, number);
            },
            total.Merge, stop);
        foreach ((_, string problem) in total.Problems.OrderBy(p => p.Page))
            Report(problem);
        CheckIndexes(total);
        return _problems;
    }

    private void CheckRoots()
    {
        foreach (BTreeRoot expected in _plan.Map.Roots)
        {
            ulong id = _plan.Target.IndexIds.GetValueOrDefault(expected.Page, expected.IndexId);
            if (!_plan.DamagedPages.Contains(expected.Page) && !_roots.Any(r => r.Page == expected.Page && r.IndexId == id))
                Report($"the root of index {id} is not on page {expected.Page}");
        }
    }

    [MethodImpl(Jit.Hot)]
    private void CheckPage(Tally tally, ReadOnlySpan<byte> page, uint number)
    {
        if (_plan.DamagedPages.Contains(number))
            return;
        bool isFree = _plan.Map.Extents.IsFree(number);
        IbdPageProblem? problem = PageInspection.Check(
            page, number, _file, _plan.Map.Extents, PageChecksumAlgorithm.Crc32, out PageChecksumAlgorithm algorithm);
        if (problem != null || algorithm == PageChecksumAlgorithm.Empty)
        {
            if (problem != null && !isFree)
                tally.Report(number, problem.ToString());
            return;
        }

        if (FilPage.U32(page, FilPage.SpaceId) != _plan.Target.SpaceId)
            tally.Report(number, $"page {number} has space id {FilPage.U32(page, FilPage.SpaceId)}");
        PageType type = FilPage.TypeOf(page);
        if (isFree || !(IndexPage.IsIndex(type) || IsRoot(number)))
            return;
        ulong id = FilPage.U64(page, IndexPage.IndexId);
        if (!tally.Indexes.TryGetValue(id, out IndexTally? index))
        {
            if (!_plan.Target.SdiPages.ContainsKey(number) && id != IndexPage.SdiIndexId)
                tally.Report(number, $"page {number} belongs to index {id}, which has no root");
            return;
        }

        int live = 0, deleted = 0;
        if (FilPage.U16(page, IndexPage.Level) == 0)
        {
            live = _file.Flags.ZipSize != 0 ? ZipPage.CountLive(page, out deleted) : LeafPage.CountLive(page, out deleted);
            if (live < 0)
                tally.Report(number, $"the list of records on page {number} is broken");
            CheckBlobs(tally, page, number, id);
        }

        index.Add(page, number, Math.Max(live, 0));
        if (IsClustered(id))
            tally.DeletedRows += deleted;
    }

    [MethodImpl(Jit.Hot)]
    private void CheckBlobs(Tally tally, ReadOnlySpan<byte> page, uint number, ulong indexId)
    {
        bool isSdi = indexId == IndexPage.SdiIndexId;
        if (!isSdi && !IsClustered(indexId))
            return;
        IReadOnlyList<int> references;
        if (_file.Flags.ZipSize != 0)
        {
            references = ZipPage.BlobReferences(page, r => r.SpaceId == _plan.Target.SpaceId && _blobs.IsFirstPage(r.PageNumber));
        }
        else if (!isSdi && _plan.Map.Layout == null && IndexPage.IsCompact(page))
        {
            tally.HasUnknownLayout = true;
            return;
        }
        else
        {
            LeafPage leaf = isSdi ? tally.SdiLeaf : tally.Leaf;
            if (leaf.Read(page) is { } wrong)
            {
                tally.Report(number, $"page {number}: {wrong}");
                return;
            }

            references = leaf.BlobReferences;
        }

        foreach (int at in references)
        {
            BlobReference reference = BlobReference.Read(page, at);
            if (!reference.IsZero && reference.SpaceId != _plan.Target.SpaceId)
                tally.Report(number, $"an off-page column on page {number} refers to tablespace {reference.SpaceId}");
            else if (!reference.IsZero && _blobs.Check(reference) is { } wrong)
                tally.Report(number, $"an off-page column of a row on page {number}: {wrong}");
        }
    }

    private bool IsClustered(ulong indexId) => _plan.Map.Clustered is { } clustered
        && indexId == _plan.Target.IndexIds.GetValueOrDefault(clustered.Page, clustered.IndexId);

    private void CheckIndexes(Tally tally)
    {
        if (tally.DeletedRows > 0)
        {
            Report($"{tally.DeletedRows} rows are marked as deleted and stay so: some of them the lost server may have "
                + "brought back when it "
                + "rolled back what was not committed, and rows that it would have taken away may be there; only its "
                    + "undo tablespaces could tell");
        }

        if (tally.HasUnknownLayout)
            Report("off-page columns were not checked: the layout of the records is not known");
        long? rows = null;
        foreach (BTreeRoot root in _roots)
        {
            // The old pages of a replaced SDI tree stay allocated, and nothing leads to them any more.
            if (root.IsSdi && _plan.Target.SdiPages.Count > 0)
                continue;
            foreach (string problem in tally.Indexes[root.IndexId].Problems())
                Report($"index {Name(root)}: {problem}");
        }

        foreach (BTreeRoot root in _roots.Where(r => !r.IsSdi && CountsRows(r)).OrderBy(r => r.Page != _plan.Map.Clustered?.Page))
        {
            long records = tally.Indexes[root.IndexId].LiveRecords;
            rows ??= records;
            if (records < rows)
                Report($"index {Name(root)} has {records} rows, the table has {rows}: drop and add the index again");
            else if (records > rows)
                Report($"index {Name(root)} has {records} rows, the table has {rows}: the table has lost rows, and only this index still "
                    + "has their keys: read them from it before it is dropped");
        }
    }

    // A multi-valued index (8.0.17+) has a record for each element of a JSON array.
    private bool CountsRows(BTreeRoot root)
    {
        SdiTable? table = _plan.Sdi;
        string? name = table?.IndexNameAt(root.Page, _plan.Target.SpaceId) ?? table?.IndexNameAt(root.Page, _plan.OldSpaceId);
        SdiIndex? index = table?.Indexes.FirstOrDefault(i => i.Name == name);
        return index == null || (index.Type != SdiIndex.FullText && !index.Elements.Any(e =>
            (uint)e.Column < (uint)table!.Columns.Count && table.Columns[e.Column].TypeText.EndsWith(" array", StringComparison.Ordinal)));
    }

    private string Name(BTreeRoot root) =>
        _plan.Sdi?.IndexNameAt(root.Page, _plan.Target.SpaceId) ?? root.IndexId.ToString(CultureInfo.InvariantCulture);

    private void Report(string problem)
    {
        if (_problems.Count < MostProblems)
            _problems.Add(problem);
        else if (_problems.Count == MostProblems)
            _problems.Add("and more");
    }

    private bool IsRoot(uint page)
    {
        foreach (BTreeRoot root in _roots)
        {
            if (root.Page == page)
                return true;
        }

        return false;
    }

    /// <summary>What one thread finds out.</summary>
    private sealed class Tally
    {
        public Tally(List<BTreeRoot> roots, RepairPlan plan)
        {
            Leaf = new LeafPage(plan.Map.Layout);
            foreach (BTreeRoot root in roots)
                Indexes[root.IndexId] = new IndexTally(root);
        }

        public Dictionary<ulong, IndexTally> Indexes { get; } = [];

        public LeafPage Leaf { get; }

        public LeafPage SdiLeaf { get; } = new(RecordLayout.Sdi);

        public List<(uint Page, string Problem)> Problems { get; } = [];

        public bool HasUnknownLayout { get; set; }

        public long DeletedRows { get; set; }

        public void Report(uint page, string problem)
        {
            if (Problems.Count <= MostProblems)
                Problems.Add((page, problem));
        }

        public void Merge(Tally other)
        {
            Problems.AddRange(other.Problems);
            HasUnknownLayout |= other.HasUnknownLayout;
            DeletedRows += other.DeletedRows;
            foreach ((ulong id, IndexTally index) in other.Indexes)
                Indexes[id].Merge(index);
        }
    }
}
