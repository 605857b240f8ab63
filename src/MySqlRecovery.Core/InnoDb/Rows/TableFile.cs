using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>An .ibd file open for reading its rows: the table, where its rows are, and which pages are free.</summary>
internal sealed class TableFile : IDisposable
{
    public TableFile(TablespaceFile file, StoredTable table, ulong indexId, ExtentMap extents)
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

    /// <summary>What is not sure about how the rows are read; empty where all is known.</summary>
    public IReadOnlyList<string> Doubts { get; init; } = [];

    /// <summary>Opens a file. What cannot be read is refused by name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What is at hand besides the file.</param>
    /// <exception cref="RecoveryException">The file is none, its key is not at hand, or its table is not known.</exception>
    public static TableFile Open(string path, TableFileOptions? options = null)
    {
        options ??= new TableFileOptions();
        using TablespaceFile? sister = options.SdiPath == null ? null : TablespaceFile.Open(options.SdiPath);
        TablespaceFile file = TablespaceFile.Open(path, like: sister);
        try
        {
            file.Decoder = new PageDecoder(file, options.Keyring);
            return TableFileOpener.Open(file, sister, options);
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

    /// <summary>
    /// Whether a page is free, or a leaf that left the tree: where the file's header is lost, that no neighbour points to it.
    /// </summary>
    public bool IsFree(ReadOnlySpan<byte> page, uint number) =>
        Extents.IsFree(number) || (File.IsHeaderLost && IsLeaf(page)
            && !(IsNeighbour(FilPage.U32(page, FilPage.Previous), FilPage.Next, number)
                && IsNeighbour(FilPage.U32(page, FilPage.Next), FilPage.Previous, number)));

    /// <summary>Whether a page is a leaf of the table, whole or not.</summary>
    public bool IsLeaf(ReadOnlySpan<byte> page) => (FilPage.TypeOf(page) is PageType.Index or PageType.SdiBlob)
        && FilPage.U64(page, IndexPage.IndexId) == IndexId && FilPage.U16(page, IndexPage.Level) == 0;

    /// <summary>
    /// What does not fit on a leaf: its records must have the table's columns, not overlap, and every value must be one that its
    /// column can have. Null if all does.
    /// </summary>
    public string? WhatDoesNotFit(uint number, byte[] page)
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
                    if (!row.Values[i].IsNull && !TemporalForm.IsPossible(Table.Columns[i].Definition.Type, row.Values[i].Of(row.Bytes)))
                        bad = $"column {Table.Columns[i].Definition.Name} has no time of the form of before MySQL 5.6.4";
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

    // A neighbour that is damaged tells nothing.
    private bool IsNeighbour(uint page, int link, uint number)
    {
        Span<byte> start = stackalloc byte[IndexPage.FirstRecordArea];
        return page == FilPage.Null || !File.TryReadStart(page, start) || !IsLeaf(start) || FilPage.U32(start, link) == number;
    }
}

/// <summary>What a table's file is read with.</summary>
internal sealed record TableFileOptions
{
    /// <summary>Definitions for files that do not describe themselves.</summary>
    public SchemaCatalog? Schema { get; init; }

    /// <summary>Asks a server for the definition of a table that <see cref="Schema"/> does not have; null for no such table.</summary>
    public Func<TableName, TableSchema?>? AskServer { get; init; }

    /// <summary>Keys of encrypted files.</summary>
    public Keyring? Keyring { get; init; }

    /// <summary>A file of the same table, which tells what lost pages told: the columns, and the form of pages.</summary>
    public string? SdiPath { get; init; }

    /// <summary>Which table of a tablespace of several, with or without its database.</summary>
    public string? Table { get; init; }
}
