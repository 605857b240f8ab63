using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>Refuses a reference that is not of the same table, before anything is changed.</summary>
internal static class ReferenceComparison
{
    /// <summary>Throws if the two cannot be the same table; else the new index id for each root page.</summary>
    public static Dictionary<uint, ulong> Compare(
        TablespaceFile source, IReadOnlyList<BTreeRoot> sourceRoots, SdiTable? sourceTable,
        TablespaceFile reference, IReadOnlyList<BTreeRoot> referenceRoots, SdiTable? referenceTable, bool anyName)
    {
        CompareFlags(source, sourceRoots, reference, referenceRoots);
        if (sourceTable != null && referenceTable != null)
            CompareTables(source, sourceTable, referenceTable, anyName);
        return CompareRoots(source, sourceRoots, sourceTable, reference, referenceRoots, referenceTable);
    }

    private static void CompareFlags(
        TablespaceFile source, IReadOnlyList<BTreeRoot> sourceRoots, TablespaceFile reference, IReadOnlyList<BTreeRoot> referenceRoots)
    {
        TablespaceFlags ours = source.Flags, theirs = reference.Flags;
        string? format = RowFormats.Find(source, sourceRoots, null);
        if (ours.IsFullCrc32 != theirs.IsFullCrc32 || ours.Layout != theirs.Layout)
        {
            throw Mismatch("TablespaceFlagsMismatch", source,
                $"its flags 0x{ours.Value:X} differ from the reference's 0x{theirs.Value:X} ({theirs.CreateTableClause()})",
                $"Create the table on the target with {ours.CreateTableClause(ours.IsFullCrc32 ? null : format)}, "
                    + "or take the rows alone with Export-TableRow.");
        }

        if (ours.HasSdi != theirs.HasSdi)
        {
            throw Mismatch("TablespaceFlagsMismatch", source,
                $"it {(ours.HasSdi ? "has" : "has no")} dictionary information (SDI), the reference "
                    + $"{(theirs.HasSdi ? "has" : "has none")}: one is of MySQL 8.0 or later, the other is not",
                "Use a target of the same series, ALTER TABLE ... IMPORT TABLESPACE where the target allows it, or take the rows alone "
                    + "with Export-TableRow.");
        }

        if (sourceRoots.FirstOrDefault(r => !r.IsSdi) is { } root && referenceRoots.FirstOrDefault(r => !r.IsSdi) is { } other
            && IndexPage.IsCompact(source.ReadPage(root.Page)) != IndexPage.IsCompact(reference.ReadPage(other.Page)))
        {
            bool isCompact = IndexPage.IsCompact(source.ReadPage(root.Page));
            throw Mismatch("TablespaceFlagsMismatch", source,
                $"its records are {(isCompact ? "COMPACT" : "REDUNDANT")}, the reference's are not",
                $"Create the table on the target with ROW_FORMAT={format ?? "COMPACT or DYNAMIC"}.");
        }
    }

    private static void CompareTables(TablespaceFile source, SdiTable ours, SdiTable theirs, bool anyName)
    {
        if (!anyName && !string.Equals(ours.Name, theirs.Name, StringComparison.OrdinalIgnoreCase))
            throw Mismatch("TableMismatch", source, $"it is of table {ours.Name}, the reference of table {theirs.Name}",
                "Give the reference of the same table; -Force takes a table of another name with the same columns and indexes.");
        if (ours.RowVersion != theirs.RowVersion || ours.InstantColumns != theirs.InstantColumns)
        {
            throw Mismatch("InstantColumnsMismatch", source,
                "columns were added or dropped with ALGORITHM=INSTANT, which a table created afresh does not know of",
                "Write the table's metadata with -WriteCfg and use ALTER TABLE ... IMPORT TABLESPACE, or take the rows alone with "
                    + "Export-TableRow.");
        }

        if (SdiDifference.First(ours, theirs) is { } difference)
            throw Mismatch("TableMismatch", source, $"its definition differs from the reference's: {difference}",
                "Create the table on the target with the definition that this file has; Get-IbdSpaceId shows its columns. Or take the rows "
                    + "alone with Export-TableRow.");
    }

    // The target's dictionary names root pages too: they must lie where its own file has them.
    private static Dictionary<uint, ulong> CompareRoots(
        TablespaceFile source, IReadOnlyList<BTreeRoot> sourceRoots, SdiTable? sourceTable,
        TablespaceFile reference, IReadOnlyList<BTreeRoot> referenceRoots, SdiTable? referenceTable)
    {
        var ids = new Dictionary<uint, ulong>();
        foreach (BTreeRoot root in sourceRoots)
        {
            BTreeRoot? other = referenceRoots.FirstOrDefault(r => r.Page == root.Page);
            string? ourName = sourceTable?.IndexNameAt(root.Page, source.SpaceId);
            string? theirName = other == null ? null : referenceTable?.IndexNameAt(other.Page, reference.SpaceId);
            if (other == null || other.IsSdi != root.IsSdi || (ourName != null && theirName != null && ourName != theirName)
                || (other.Type == PageType.RTree) != (root.Type == PageType.RTree))
                throw RootMismatch(source, sourceRoots, referenceRoots);
            ids[root.Page] = other.IndexId;
        }

        return sourceRoots.Count == referenceRoots.Count ? ids : throw RootMismatch(source, sourceRoots, referenceRoots);
    }

    /// <summary>Refuses a reference whose keys have their roots elsewhere, where no SDI names them.</summary>
    public static void CompareKeys(TablespaceFile source, Dictionary<uint, KeyLayout> keys, Dictionary<uint, KeyLayout> referenceKeys)
    {
        foreach ((uint page, KeyLayout key) in keys.OrderBy(k => k.Key))
        {
            uint expected = referenceKeys.First(k => k.Value.Name == key.Name).Key;
            if (page != expected)
                throw RootMismatch(
                    source, $"the rows show that index {key.Name} has its root on page {page}, the target expects it on page {expected}");
        }
    }

    private static RecoveryException RootMismatch(TablespaceFile source, IEnumerable<BTreeRoot> ours, IEnumerable<BTreeRoot> theirs) =>
        RootMismatch(source, $"its indexes have their roots on pages {Pages(ours)}, the reference's on pages {Pages(theirs)}: other "
            + "indexes, or added in another order");

    private static RecoveryException RootMismatch(TablespaceFile source, string what) => Mismatch("RootPageMismatch", source, what,
        "Write the file and its metadata with -WriteCfg, without -ReferencePath, and use ALTER TABLE ... DISCARD TABLESPACE and IMPORT "
            + "TABLESPACE: these find each index by its name. Or take the rows alone with Export-TableRow.");

    private static string Pages(IEnumerable<BTreeRoot> roots) => string.Join(", ", roots.Select(r => r.Page));

    private static RecoveryException Mismatch(string id, TablespaceFile source, string message, string action) =>
        new(id, RecoveryErrorKind.InvalidData, message, source.Path, recommendedAction: action);
}
