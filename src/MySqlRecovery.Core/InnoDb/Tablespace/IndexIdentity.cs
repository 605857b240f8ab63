using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>
/// Tells which root page is whose, for files that do not name their indexes. The order of the roots is that in which the
/// indexes were once made, which the definition does not keep: a unique key that was added last is listed first. So the rows
/// decide: each record of a secondary index holds what the key takes of a row, and the sum of all of them must be the same
/// on either side.
/// </summary>
internal sealed class IndexIdentity
{
    private readonly TablespaceFile _file;
    private readonly List<BTreeRoot> _roots;
    private readonly IReadOnlyList<KeyLayout> _keys;

    private IndexIdentity(TablespaceFile file, List<BTreeRoot> roots, IReadOnlyList<KeyLayout> keys)
    {
        _file = file;
        _roots = roots;
        _keys = keys;
    }

    /// <summary>The key of each root page but the clustered one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="roots">All its roots.</param>
    /// <param name="clustered">The root of the clustered index.</param>
    /// <param name="layout">The records of the clustered index, and the keys.</param>
    /// <param name="extents">Which pages are in use.</param>
    /// <param name="stop">Cancels.</param>
    /// <returns>The keys by root page, and what could not be told; null for a sound and complete answer.</returns>
    /// <exception cref="RecoveryException">SchemaMismatch: the indexes are not those of the definition.</exception>
    public static (Dictionary<uint, KeyLayout> Keys, string? Doubt) Find(
        TablespaceFile file, IReadOnlyList<BTreeRoot> roots, BTreeRoot clustered, RecordLayout layout, ExtentMap extents,
        CancellationToken stop)
    {
        var found = new Dictionary<uint, KeyLayout>();
        string? doubt = null;
        foreach (bool isSpatial in (bool[])[false, true])
        {
            KeyLayout[] keys = [.. layout.Keys.Where(k => k.IsSpatial == isSpatial)];
            List<BTreeRoot> own = [.. roots.Where(r =>
                !r.IsSdi && r != clustered && (r.Type == PageType.RTree) == isSpatial).OrderBy(r => r.IndexId)];
            var identity = new IndexIdentity(file, own, keys);
            if (keys.Length != own.Count)
                throw identity.Mismatch($"its definition has {keys.Length}{(isSpatial ? " spatial" : "")} indexes beside the clustered "
                    + $"one, the file {own.Count}");
            if (keys.Length > 0)
                doubt = identity.Assign(found, clustered, layout, extents, stop) ?? doubt;
        }

        return (found, doubt);
    }

    private string? Assign(
        Dictionary<uint, KeyLayout> found, BTreeRoot clustered, RecordLayout layout, ExtentMap extents, CancellationToken stop)
    {
        bool[,] fits = _file.Flags.ZipSize != 0 ? FitsByDescription(extents) : FitsByRows(clustered, layout, extents, stop);
        int[] keyOf = Match(fits);
        for (int r = 0; r < _roots.Count; r++)
            found[_roots[r].Page] = _keys[keyOf[r]];
        for (int r = 0; r < _roots.Count; r++)
        {
            for (int other = 0; other < r; other++)
            {
                // Rows that are the same for both keys make equal trees; what was not compared by rows may be anything.
                bool isCompared = _file.Flags.ZipSize == 0 && _keys[keyOf[r]].IsInRows && _keys[keyOf[other]].IsInRows;
                if (!isCompared && fits[r, keyOf[other]] && fits[other, keyOf[r]] && !IsEmpty(_roots[r]) && !IsEmpty(_roots[other]))
                    return $"indexes {_keys[keyOf[r]].Name} and {_keys[keyOf[other]].Name} cannot be told apart by their records: they are "
                        + "taken in the order in which CREATE TABLE makes them";
            }
        }

        return null;
    }

    private bool IsEmpty(BTreeRoot root) => root.Level == 0 && FilPage.U16(_file.ReadPage(root.Page), IndexPage.NRecs) == 0;

    private bool[,] FitsByRows(BTreeRoot clustered, RecordLayout layout, ExtentMap extents, CancellationToken stop)
    {
        var total = new IndexContents(_roots, _keys, clustered, layout);
        ParallelPages.Run(
            _file, () =>
                new IndexContents(_roots, _keys, clustered, layout), (t, page, number) =>
                    t.Add(page, number, _file, extents), total.Merge, stop);
        var fits = new bool[_roots.Count, _keys.Count];
        for (int r = 0; r < _roots.Count; r++)
        {
            for (int k = 0; k < _keys.Count; k++)
                fits[r, k] = total.Fits(r, k);
        }

        return fits;
    }

    // Compressed pages describe the fields of their index.
    private bool[,] FitsByDescription(ExtentMap extents)
    {
        var fits = new bool[_roots.Count, _keys.Count];
        for (int r = 0; r < _roots.Count; r++)
        {
            byte[]? leaf = FindLeaf(_roots[r], extents);
            for (int k = 0; k < _keys.Count; k++)
                fits[r, k] = leaf == null || _keys[k].Records is not { } records || ZipDescription.Fits(leaf, records);
        }

        return fits;
    }

    private byte[]? FindLeaf(BTreeRoot root, ExtentMap extents)
    {
        Span<byte> start = stackalloc byte[IndexPage.FirstRecordArea];
        for (uint number = root.Page; number < _file.PageCount; number++)
        {
            if (!extents.IsFree(number) && _file.TryReadStart(number, start) && IndexPage.IsIndex(FilPage.TypeOf(start))
                && FilPage.U64(start, IndexPage.IndexId) == root.IndexId && FilPage.U16(start, IndexPage.Level) == 0)
                return _file.ReadPage(number);
        }

        return null;
    }

    // In the order of CREATE TABLE if the rows allow it; else the way in which every root has a key.
    private int[] Match(bool[,] fits)
    {
        int count = _roots.Count;
        if (Enumerable.Range(0, count).All(i => fits[i, i]))
            return [.. Enumerable.Range(0, count)];
        int[] rootOf = [.. Enumerable.Repeat(-1, count)];
        for (int r = 0; r < count; r++)
        {
            if (!Place(fits, rootOf, r, new bool[count]))
                throw Mismatch($"the records of the index with its root on page {_roots[r].Page} are not those of "
                    + $"{(count == 1 ? $"key {_keys[0].Name}" : "any key that is left")}");
        }

        var keyOf = new int[count];
        for (int k = 0; k < count; k++)
            keyOf[rootOf[k]] = k;
        return keyOf;
    }

    // Kuhn's matching: a root may push another one to a key that fits it as well.
    private static bool Place(bool[,] fits, int[] rootOf, int root, bool[] tried)
    {
        for (int k = 0; k < rootOf.Length; k++)
        {
            if (!fits[root, k] || tried[k])
                continue;
            tried[k] = true;
            if (rootOf[k] >= 0 && !Place(fits, rootOf, rootOf[k], tried))
                continue;
            rootOf[k] = root;
            return true;
        }

        return false;
    }

    private RecoveryException Mismatch(string why) => new(
        "SchemaMismatch", RecoveryErrorKind.InvalidData, $"its indexes are not those of the definition: {why}", _file.Path,
        recommendedAction: "Give the CREATE TABLE statement that the table had when the file was last written.");
}
