using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;

namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>What must be known of a source file before its pages can be understood one by one.</summary>
internal sealed class TablespaceMap
{
    public required IReadOnlyList<BTreeRoot> Roots { get; init; }

    public required ExtentMap Extents { get; init; }

    /// <summary>The root of the clustered index; null only for a file without a table.</summary>
    public required BTreeRoot? Clustered { get; init; }

    /// <summary>The layout of clustered records; null if it is not known or not needed.</summary>
    public required RecordLayout? Layout { get; init; }

    public BTreeRoot? RootOf(ulong indexId)
    {
        foreach (BTreeRoot root in Roots)
        {
            if (root.IndexId == indexId)
                return root;
        }

        return null;
    }

    public bool HasRootAt(uint page)
    {
        foreach (BTreeRoot root in Roots)
        {
            if (root.Page == page)
                return true;
        }

        return false;
    }

    /// <summary>The clustered index is created first: its root comes first among the table's.</summary>
    public static BTreeRoot? FindClustered(IEnumerable<BTreeRoot> roots, SdiTable? table, uint spaceId)
    {
        List<BTreeRoot> own = roots.Where(r => !r.IsSdi).ToList();
        return own.FirstOrDefault(r => table != null && table.IndexNameAt(r.Page, spaceId) == table.Indexes[0].Name)
            ?? own.FirstOrDefault();
    }
}
