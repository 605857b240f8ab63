using System.Runtime.CompilerServices;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Tablespace;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>Rewrites the rows of a clustered leaf page: the references to off-page columns and the ids of transactions.</summary>
internal sealed class RowRewriter
{
    private readonly TablespaceFile _file;
    private readonly TablespaceMap _map;
    private readonly uint _spaceId;
    private readonly BlobCheck _blobs;
    private readonly LeafPage _leaf;
    private readonly LeafPage _sdiLeaf = new(RecordLayout.Sdi);

    public RowRewriter(TablespaceFile file, TablespaceMap map, uint spaceId)
    {
        _file = file;
        _map = map;
        _spaceId = spaceId;
        _blobs = new BlobCheck(file);
        _leaf = new LeafPage(map.Layout);
    }

    /// <summary>Null, or why the page's records cannot be understood.</summary>
    [MethodImpl(Jit.Hot)]
    public string? Rewrite(Span<byte> page, bool isSdi, PageRewriter writer)
    {
        if (_file.Flags.ZipSize != 0)
            return RewriteZip(page, writer);
        if (!isSdi && _map.Layout == null && IndexPage.IsCompact(page))
            return RewriteBlind(page, writer);
        LeafPage leaf = isSdi ? _sdiLeaf : _leaf;
        if (leaf.Read(page) is { } wrong)
            return wrong;
        foreach (LeafRecord record in leaf.Records)
            writer.ResetTransaction(page, record.TrxId);
        foreach (int at in leaf.BlobReferences)
        {
            BlobReference reference = BlobReference.Read(page, at);
            if (reference.IsZero)
                continue;
            if (!IsBlob(reference))
                return $"a row's off-page column should be on page {reference.PageNumber}, which is not one of off-page data";
            writer.SetBlobSpaceId(page, at);
        }

        return null;
    }

    private string? RewriteZip(Span<byte> page, PageRewriter writer)
    {
        int slots = ZipPage.Slots(page);
        if (slots < 0)
            return "its directory does not fit the page";
        for (int i = 0; i < slots; i++)
        {
            int at = ZipPage.SystemColumnsAt(page, slots, i);
            if (page.Slice(at, ZipPage.SystemColumns).ContainsAnyExcept((byte)0)) // zero: a free record
                writer.ResetTransaction(page, at);
        }

        foreach (int at in ZipPage.BlobReferences(page, r => IsOurs(r) && IsBlob(r)))
            writer.SetBlobSpaceId(page, at);
        return null;
    }

    // Without a layout only what can be nothing but a reference is taken for one.
    private string? RewriteBlind(Span<byte> page, PageRewriter writer)
    {
        int end = Math.Min(FilPage.U16(page, IndexPage.HeapTop), page.Length - FilPage.TrailerLength);
        for (int at = IndexPage.FirstRecordArea; at + BlobReference.Length <= end; at++)
        {
            BlobReference reference = BlobReference.Read(page, at);
            if (reference.SpaceId != _file.SpaceId || reference.DataLength is 0 or > uint.MaxValue || !IsBlob(reference))
                continue;
            writer.SetBlobSpaceId(page, at);
            at += BlobReference.Length - 1;
        }

        return null;
    }

    private bool IsOurs(BlobReference reference) => reference.SpaceId == _file.SpaceId || reference.SpaceId == _spaceId;

    private bool IsBlob(BlobReference reference) => _blobs.IsFirstPage(reference.PageNumber);
}
