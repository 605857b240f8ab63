using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>An .ibd file open for reading its rows: the table, where its rows are, and which pages are free.</summary>
internal sealed class TableFile : IDisposable
{
    private const int SampledLeaves = 32, MostSampledPages = 1 << 16;

    private TableFile(TablespaceFile file, StoredTable table, ulong indexId, ExtentMap extents)
    {
        File = file;
        Table = table;
        IndexId = indexId;
        Extents = extents;
    }

    public TablespaceFile File { get; }

    public StoredTable Table { get; }

    /// <summary>The clustered index, by which its pages are told from others.</summary>
    public ulong IndexId { get; }

    public ExtentMap Extents { get; }

    /// <summary>Opens a file. What cannot be read is refused by name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schema">Definitions for files that do not describe themselves; null if there are none.</param>
    /// <exception cref="RecoveryException">The file is none, is encrypted, or its table is not known.</exception>
    public static TableFile Open(string path, SchemaCatalog? schema)
    {
        TablespaceFile file = TablespaceFile.Open(path);
        try
        {
            return Open(file, schema);
        }
        catch (InvalidDataException e)
        {
            file.Dispose();
            throw new RecoveryException("IbdTableUnreadable", RecoveryErrorKind.NotSupported, e.Message, path, inner: e);
        }
        catch (RecoveryException)
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => File.Dispose();

    /// <summary>Whether a page is a leaf of the table, whole or not.</summary>
    public bool IsLeaf(ReadOnlySpan<byte> page) => (FilPage.TypeOf(page) is PageType.Index or PageType.SdiBlob)
        && FilPage.U64(page, IndexPage.IndexId) == IndexId && FilPage.U16(page, IndexPage.Level) == 0;

    private static TableFile Open(TablespaceFile file, SchemaCatalog? schema)
    {
        CheckReadable(file);
        SdiTable? sdi = SdiTable.Find(file, out IReadOnlyList<string> names);
        if (names.Count > 1)
        {
            throw new RecoveryException("TablespaceShared", RecoveryErrorKind.NotSupported,
                $"it is a general tablespace of several tables: {string.Join(", ", names)}", file.Path,
                recommendedAction: "Move each table to a file of its own on a server: ALTER TABLE ... TABLESPACE=innodb_file_per_table.");
        }

        List<BTreeRoot> roots = BTreeRoot.FindAll(file);
        if (TablespaceMap.FindClustered(roots, sdi, file.SpaceId) is not { } clustered)
            throw new RecoveryException(
                "IbdTableUnreadable", RecoveryErrorKind.InvalidData, "the root of its clustered index is not found", file.Path);
        ExtentMap extents = ExtentMap.Read(file);
        if (sdi == null)
            return FromSchema(file, schema, clustered, extents) ?? throw NotDescribed(file);
        return new TableFile(file, SdiStoredTable.Of(sdi) ?? throw NotDescribed(file), clustered.IndexId, extents);
    }

    private static RecoveryException NotDescribed(TablespaceFile file) => new("RecordLayoutUnknown", RecoveryErrorKind.InvalidArgument,
        "the file does not name its columns, and no definition of the table is at hand", file.Path,
        recommendedAction: "Give the table's CREATE TABLE statement with -SchemaPath.");

    private static void CheckReadable(TablespaceFile file)
    {
        (string? id, string what, string action) =
            file.Flags.IsEncrypted || PageEncoding.IsEncrypted(file.ReadPage(Math.Min(3, file.PageCount - 1)), 3, file.Flags)
                ? ("TablespaceEncrypted", "is encrypted", "Decrypt the table on a server that has the key: ALTER TABLE ... ENCRYPTION='N'.")
            : file.Flags.IsPageCompressed || PageEncoding.IsCompressed(file.ReadPage(Math.Min(3, file.PageCount - 1)), file.Flags)
                ? ("TablespacePageCompressed", "has transparently compressed pages",
                    "Rebuild the table without COMPRESSION (PAGE_COMPRESSED) on a server.")
            : (null, "", "");
        if (id != null)
            throw new RecoveryException(
                id, RecoveryErrorKind.NotSupported, $"the file {what}: its rows are not read", file.Path, recommendedAction: action);
    }

    private static TableFile? FromSchema(TablespaceFile file, SchemaCatalog? schema, BTreeRoot clustered, ExtentMap extents)
    {
        string database = TableFileName.DatabaseOf(file.Path);
        TableSchema? definition = schema == null
            ? null : SchemaRecordLayout.Find(schema, database, TableFileName.TableWithoutPartition(file.Path));
        if (definition == null)
            return null;
        string? wrong = null;
        List<(uint Number, byte[] Page)> leaves = [.. SampleLeaves(file, clustered)];
        foreach (
            StoredTable table in SchemaStoredTable.Candidates(
                definition, database, file.Flags.IsFullCrc32, l => InstantMetadata.Apply(file, clustered, l)))
        {
            var candidate = new TableFile(file, table, clustered.IndexId, extents);
            string? here = leaves.Select(l => candidate.WhatDoesNotFit(l.Number, l.Page)).FirstOrDefault(w => w != null);
            if (here == null)
                return clustered.Type == PageType.SdiBlob ? candidate.WithDefaults(clustered) : candidate;
            wrong ??= here;
        }

        throw new RecoveryException("SchemaMismatch", RecoveryErrorKind.InvalidData,
            $"its records are not of the table that the schema describes: {wrong}", file.Path,
            recommendedAction: "Give the CREATE TABLE statement that the table had when the file was last written.");
    }

    // MariaDB keeps the values of columns that were added instantly, as they were at that time, in the first record of the table.
    private TableFile WithDefaults(BTreeRoot clustered)
    {
        byte[] leaf = clustered.Level == 0 ? File.ReadPage(clustered.Page) : InstantMetadata.FirstLeaf(File, clustered);
        RecordLayout layout = Table.Layout;
        var fields = new RecordFields(layout.Metadata == null ? layout : new RecordLayout(layout.Metadata, layout.TrxIdField));
        if (!fields.ReadMetadata(leaf, LeafScan.FirstRecord(leaf)))
            throw new InvalidDataException("the record with the values of columns that were added instantly cannot be read");
        int shift = layout.Metadata == null ? 0 : 1;
        return new TableFile(
            File, Table.WithColumns(c => c.Field < layout.InstantCoreFields ? c : c.WithDefault(ValueAt(fields.Ranges[c.Field + shift]))),
            IndexId, Extents);

        byte[]? ValueAt(FieldRange range) => range.Length < 0 ? null
            : range.IsExternal ? OffPageValue.Read(this, leaf.AsSpan(range.Start, range.Length), isFreed: false)
            : leaf.AsSpan(range.Start, range.Length).ToArray();
    }

    private static IEnumerable<(uint Number, byte[] Page)> SampleLeaves(TablespaceFile file, BTreeRoot clustered)
    {
        for (uint number = 0, found = 0; number < Math.Min(file.PageCount, MostSampledPages) && found < SampledLeaves; number++)
        {
            byte[] page = file.ReadPage(number);
            if (FilPage.TypeOf(page) is not (PageType.Index or PageType.SdiBlob) || FilPage.U16(page, IndexPage.Level) != 0
                || FilPage.U64(page, IndexPage.IndexId) != clustered.IndexId
                    || PageChecksum.Identify(page, file.Flags) == PageChecksumAlgorithm.Unknown)
                continue;
            found++;
            yield return (number, page);
        }
    }

    // The records must have the table's columns, not overlap, and every value must be one that its column can have.
    private string? WhatDoesNotFit(uint number, byte[] page)
    {
        if (File.Flags.ZipSize != 0)
        {
            var zip = new ZipLeaf(Table.Layout, File.Flags.PageSize);
            if (zip.Expand(page) is { } damage)
                return $"page {number}: {damage}";
            page = zip.Page;
        }

        if (new LeafPage(Table.Layout).Read(page) is { } overlap)
            return $"page {number}: {overlap}";
        var row = new StoredRow(Table);
        string? bad = null;
        string? wrong = new LeafScan(Table.Layout).Read(page, (bytes, origin, fields) =>
        {
            try
            {
                row.Take(this, bytes, number, origin, fields, TableRowState.DeleteMarked);
                for (int i = 0; i < Table.Columns.Length && bad == null; i++)
                {
                    if (row.Decode(i) is byte[] && Table.Columns[i].Definition.CharacterSet is { IsUtf8: true })
                        bad = $"column {Table.Columns[i].Definition.Name} is not text in its character set";
                }
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException or IndexOutOfRangeException or ArgumentException)
            {
                bad = e.Message;
            }

            return bad == null;
        });
        return (bad ?? wrong) is { } what ? $"page {number}: {what}" : null;
    }
}
