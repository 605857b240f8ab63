using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
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
        if (ours.IsFullCrc32 != theirs.IsFullCrc32 || ours.Layout != theirs.Layout)
        {
            throw Mismatch("TablespaceFlagsMismatch", source,
                $"its flags 0x{ours.Value:X} differ from the reference's 0x{theirs.Value:X} ({theirs.CreateTableClause()})",
                $"Create the table on the target with {ours.CreateTableClause()}.");
        }

        if (ours.HasSdi != theirs.HasSdi)
        {
            throw Mismatch("TablespaceFlagsMismatch", source,
                $"it {(ours.HasSdi ? "has" : "has no")} dictionary information (SDI), the reference {(theirs.HasSdi ? "has" : "has none")}: one is of MySQL 8.0 or later, the other is not",
                "Use a target of the same series, or ALTER TABLE ... IMPORT TABLESPACE where the target allows it.");
        }

        if (sourceRoots.FirstOrDefault(r => !r.IsSdi) is { } root && referenceRoots.FirstOrDefault(r => !r.IsSdi) is { } other &&
            IndexPage.IsCompact(source.ReadPage(root.Page)) != IndexPage.IsCompact(reference.ReadPage(other.Page)))
        {
            bool isCompact = IndexPage.IsCompact(source.ReadPage(root.Page));
            throw Mismatch("TablespaceFlagsMismatch", source,
                $"its records are {(isCompact ? "COMPACT" : "REDUNDANT")}, the reference's are not",
                $"Create the table on the target with ROW_FORMAT={(isCompact ? "COMPACT" : "REDUNDANT")}.");
        }
    }

    private static void CompareTables(TablespaceFile source, SdiTable ours, SdiTable theirs, bool anyName)
    {
        if (!anyName && !string.Equals(ours.Name, theirs.Name, StringComparison.OrdinalIgnoreCase))
            throw Mismatch("TableMismatch", source, $"it is of table {ours.Name}, the reference of table {theirs.Name}",
                "Give the reference of the same table; -Force takes a table of another name with the same columns and indexes.");
        string[] columns = Columns(ours), otherColumns = Columns(theirs);
        int different = Array.FindIndex(columns, c => !otherColumns.Contains(c));
        if (!columns.SequenceEqual(otherColumns))
        {
            throw Mismatch("TableMismatch", source,
                $"its columns differ from the reference's: {(different >= 0 ? columns[different] : string.Join(", ", otherColumns.Except(columns)))}",
                $"Create the table on the target with these columns: {string.Join(", ", columns)}.");
        }

        if (ours.RowVersion != theirs.RowVersion || ours.InstantColumns != theirs.InstantColumns)
        {
            throw Mismatch("InstantColumnsMismatch", source,
                "columns were added or dropped with ALGORITHM=INSTANT, which a table created afresh does not know of",
                "Write the table's metadata with -WriteCfg and use ALTER TABLE ... IMPORT TABLESPACE.");
        }
    }

    private static string[] Columns(SdiTable table) => table.Columns.Where(c => !c.IsHiddenByEngine)
        .Select(c => $"{c.Name} {c.TypeText}{(c.IsNullable ? "" : " NOT NULL")}{(c.IsText ? $" (collation {c.CollationId})" : "")}").ToArray();

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
            if (other == null || other.IsSdi != root.IsSdi || (ourName != null && theirName != null && ourName != theirName) ||
                (other.Type == PageType.RTree) != (root.Type == PageType.RTree))
                throw RootMismatch(source, sourceRoots, referenceRoots);
            ids[root.Page] = other.IndexId;
        }

        return sourceRoots.Count == referenceRoots.Count ? ids : throw RootMismatch(source, sourceRoots, referenceRoots);
    }

    private static RecoveryException RootMismatch(
        TablespaceFile source, IEnumerable<BTreeRoot> ours, IEnumerable<BTreeRoot> theirs) => Mismatch(
        "RootPageMismatch", source,
        $"its indexes have their roots on pages {Pages(ours)}, the reference's on pages {Pages(theirs)}: other indexes, or added in another order",
        "Create the table on the target and add its indexes in the order in which they were once added, or use ALTER TABLE ... IMPORT TABLESPACE.");

    private static string Pages(IEnumerable<BTreeRoot> roots) => string.Join(", ", roots.Select(r => r.Page));

    private static RecoveryException Mismatch(string id, TablespaceFile source, string message, string action) =>
        new(id, RecoveryErrorKind.InvalidData, message, source.Path, recommendedAction: action);
}
