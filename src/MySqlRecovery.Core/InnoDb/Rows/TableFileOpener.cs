using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>
/// Finds out which table a file has and where its rows are. A file that describes itself and whose root is there is taken at its
/// word; for others the records themselves tell whether a definition fits, and which index is the clustered one.
/// </summary>
internal sealed class TableFileOpener
{
    private const int SampledLeaves = 32, MostSampledPages = 1 << 16;
    private readonly TablespaceFile _file;
    private readonly ExtentMap _extents;
    private readonly List<BTreeRoot> _roots;
    private string? _wrong;

    private TableFileOpener(TablespaceFile file)
    {
        _file = file;
        _extents = ExtentMap.Read(file);
        _roots = file.IsHeaderLost ? [] : BTreeRoot.FindAll(file);
    }

    /// <summary>Opens a file that is open already, which the result takes over.</summary>
    /// <param name="file">The file.</param>
    /// <param name="sister">A file of the same table; null if there is none.</param>
    /// <param name="options">What is at hand besides.</param>
    /// <exception cref="RecoveryException">The table is not known, or does not fit.</exception>
    /// <exception cref="InvalidDataException">It has something that is not read.</exception>
    public static TableFile Open(TablespaceFile file, TablespaceFile? sister, TableFileOptions options)
    {
        SdiTable? sdi = ChooseTable(file, sister, options.Table, out bool isShared);
        var opener = new TableFileOpener(file);
        if (sdi == null)
            return opener.FromSchema(Definition(file, options) ?? throw NotDescribed(file));
        StoredTable table = SdiStoredTable.Of(sdi) ?? throw NotDescribed(file);
        return opener.NamedIndex(sdi) is { } index ? new TableFile(file, table, index, opener._extents)
            : isShared ? throw RootLost(file)
            : opener.Choose(_ => [table]);
    }

    private static SdiTable? ChooseTable(TablespaceFile file, TablespaceFile? sister, string? name, out bool isShared)
    {
        isShared = false;
        if (file.IsHeaderLost)
            return sister == null ? null : SdiTable.Find(sister);
        List<SdiTable> tables;
        try
        {
            tables = SdiTable.FindAll(file);
        }
        catch (RecoveryException e) when (e.ErrorId == "SdiUnreadable" && sister != null)
        {
            return SdiTable.Find(sister);
        }

        isShared = tables.Count > 1 || (file.Flags.IsShared && tables.Count == 0);
        if (tables.Count == 0 && isShared)
            throw new RecoveryException("TablespaceShared", RecoveryErrorKind.NotSupported,
                "it is a general tablespace that does not say which tables it has (MySQL 5.7)", file.Path,
                recommendedAction: "Move each table to a file of its own on a server: ALTER TABLE ... TABLESPACE=innodb_file_per_table.");
        if (name == null && tables.Count > 1)
            throw new RecoveryException("TablespaceShared", RecoveryErrorKind.InvalidArgument,
                $"it is a tablespace of several tables: {string.Join(", ", tables.Select(t => $"{t.Schema}.{t.Name}"))}", file.Path,
                recommendedAction: "Name one of them with -Table.");
        if (name == null || tables.Count == 0)
            return SdiTable.Find(file) ?? (sister == null ? null : SdiTable.Find(sister));
        return tables.Find(t => string.Equals(name, t.Name, StringComparison.OrdinalIgnoreCase)
            || string.Equals(name, $"{t.Schema}.{t.Name}", StringComparison.OrdinalIgnoreCase)) ?? throw new RecoveryException(
                "TableUnknown", RecoveryErrorKind.ObjectNotFound,
                $"it has no table {name}, but {string.Join(", ", tables.Select(t => $"{t.Schema}.{t.Name}"))}", file.Path);
    }

    private static TableSchema? Definition(TablespaceFile file, TableFileOptions options)
    {
        string database = TableFileName.DatabaseOf(file.Path), table = TableFileName.DefinedTable(file.Path);
        TableSchema? definition = (options.Schema == null ? null : SchemaRecordLayout.Find(options.Schema, database, table))
            ?? options.AskServer?.Invoke(new TableName(database, table)) ?? FrmFile.Beside(file.Path);
        return VectorIndexTable.InFile(file.Path, definition);
    }

    private static RecoveryException NotDescribed(TablespaceFile file) => new("RecordLayoutUnknown", RecoveryErrorKind.InvalidArgument,
        "the file does not name its columns, and no definition of the table is at hand", file.Path,
        recommendedAction: "Put the table's .frm beside the file, give its CREATE TABLE statement with -SchemaPath, a server that has the "
            + "table with -Server or -Connection, or a file of the same "
            + "table, such as that of an empty one on a server of MySQL 8.0 or later, with -SdiPath.");

    private static RecoveryException RootLost(TablespaceFile file) => new(
        "IbdTableUnreadable", RecoveryErrorKind.InvalidData, "the root of its clustered index is not found", file.Path);

    // The file's own words: the index whose root is where the dictionary says, or if that page is lost, its id.
    private ulong? NamedIndex(SdiTable sdi)
    {
        if (_file.IsHeaderLost)
            return null;
        SdiIndex? clustered = sdi.Indexes.Count == 0 ? null : sdi.Indexes[0];
        if (_roots.Find(r => !r.IsSdi && sdi.IndexNameAt(r.Page, _file.SpaceId) == clustered?.Name) is { } root)
            return root.IndexId;
        return clustered?.PrivateData.GetValueOrDefault("space_id") == $"{_file.SpaceId}"
            && ulong.TryParse(clustered.PrivateData.GetValueOrDefault("id"), out ulong id) ? id : null;
    }

    private TableFile FromSchema(TableSchema definition) => Choose(root => SchemaStoredTable.Candidates(
        definition, TableFileName.DatabaseOf(_file.Path), _file.Flags.IsFullCrc32,
        l => root == null ? l : InstantMetadata.Apply(_file, root, l)));

    // The clustered index is created first; where its root is lost, its pages are told by their records. An index without
    // records fits every table and is taken if no other fits.
    private TableFile Choose(Func<BTreeRoot?, IEnumerable<StoredTable>> tables)
    {
        TableFile? empty = null;
        BTreeRoot? first = _roots.Find(r => !r.IsSdi);
        IEnumerable<ulong> others = LeafIndexes().Where(id => id != first?.IndexId);
        foreach (ulong id in first == null ? others : others.Prepend(first.IndexId))
        {
            BTreeRoot? root = _roots.Find(r => r.IndexId == id);
            List<(uint Number, byte[] Page)> leaves = [.. SampleLeaves(id)];
            if (Fit(tables(root), id, root, leaves) is not { } found)
                continue;
            if (leaves.Exists(l => FilPage.U16(l.Page, IndexPage.NRecs) > 0))
                return found;
            empty ??= found;
        }

        return empty ?? throw (_wrong == null ? RootLost(_file) : new RecoveryException("SchemaMismatch", RecoveryErrorKind.InvalidData,
            $"its records are not of the table that the schema describes: {_wrong}", _file.Path,
            recommendedAction: "Give the CREATE TABLE statement that the table had when the file was last written."));
    }

    private TableFile? Fit(
        IEnumerable<StoredTable> tables, ulong index, BTreeRoot? root, List<(uint Number, byte[] Page)> leaves)
    {
        var fitting = new List<TableFile>();
        foreach (StoredTable table in tables)
        {
            var candidate = new TableFile(_file, table, index, _extents);
            string? here = leaves.Select(l => candidate.WhatDoesNotFit(l.Number, l.Page)).FirstOrDefault(w => w != null);
            if (here == null)
                fitting.Add(candidate);
            _wrong ??= here;
        }

        if (fitting.Count == 0)
            return null;
        TableFile best = TemporalForm.Choose(fitting, leaves, out string[] doubts);
        StoredTable chosen = root?.Type == PageType.SdiBlob ? WithDefaults(best, root) : best.Table;
        return new TableFile(_file, chosen, index, _extents) { Doubts = doubts };
    }

    // MariaDB keeps the values of columns that were added instantly, as they were at that time, in the first record of the table.
    private static StoredTable WithDefaults(TableFile source, BTreeRoot root)
    {
        byte[] leaf = root.Level == 0 ? source.File.ReadPage(root.Page) : InstantMetadata.FirstLeaf(source.File, root);
        RecordLayout layout = source.Table.Layout;
        var fields = new RecordFields(layout.Metadata == null ? layout : new RecordLayout(layout.Metadata, layout.TrxIdField));
        if (!fields.ReadMetadata(leaf, LeafScan.FirstRecord(leaf)))
            throw new InvalidDataException("the record with the values of columns that were added instantly cannot be read");
        int shift = layout.Metadata == null ? 0 : 1;
        return source.Table.WithColumns(
            c => c.Field < layout.InstantCoreFields ? c : c.WithDefault(ValueAt(fields.Ranges[c.Field + shift])));

        byte[]? ValueAt(FieldRange range) => range.Length < 0 ? null
            : range.IsExternal ? OffPage(range) : leaf.AsSpan(range.Start, range.Length).ToArray();

        byte[] OffPage(FieldRange range)
        {
            var value = new ValueBuffer();
            OffPageValue.Read(source, leaf.AsSpan(range.Start, range.Length), isFreed: false, value);
            return value.Written.ToArray();
        }
    }

    private SortedSet<ulong> LeafIndexes()
    {
        var ids = new SortedSet<ulong>();
        Span<byte> start = stackalloc byte[IndexPage.FirstRecordArea];
        for (uint number = 0; number < _file.PageCount; number++)
        {
            if (!_extents.IsFree(number) && _file.TryReadStart(number, start) && IsLeaf(start))
                ids.Add(FilPage.U64(start, IndexPage.IndexId));
        }

        ids.Remove(IndexPage.SdiIndexId);
        return ids;
    }

    private IEnumerable<(uint Number, byte[] Page)> SampleLeaves(ulong index)
    {
        for (uint number = 0, found = 0; number < Math.Min(_file.PageCount, MostSampledPages) && found < SampledLeaves; number++)
        {
            byte[] page = _file.ReadPage(number);
            if (!IsLeaf(page) || FilPage.U64(page, IndexPage.IndexId) != index
                || PageChecksum.Identify(page, _file.Flags) == PageChecksumAlgorithm.Unknown)
                continue;
            found++;
            yield return (number, page);
        }
    }

    private static bool IsLeaf(ReadOnlySpan<byte> page) =>
        FilPage.TypeOf(page) is PageType.Index or PageType.SdiBlob && FilPage.U16(page, IndexPage.Level) == 0;
}
