using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Tablespace;

namespace MySqlRecovery.InnoDb.Repair;

/// <summary>
/// Turns one page into the target's: header, segment headers, index id, rows, LSN, checksum. The same code makes the plan
/// and applies it. Not for use by several threads.
/// </summary>
internal sealed class PageRewriter
{
    private const int FlushLsnLength = 8;
    private const int VersionLength = 8;

    // DB_TRX_ID 0 is older than any transaction; DB_ROLL_PTR with the insert flag leads nowhere (trx0undo.h).
    private static readonly byte[] OldestTransaction = [0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] Zeros = new byte[16];

    // CHECK TABLE wants PAGE_MAX_TRX_ID above 0 and not above the server's counter (page0page.cc).
    private static readonly byte[] SmallestMaxTrxId = [0, 0, 0, 0, 0, 0, 0, 1];
    private readonly TablespaceFile _file;
    private readonly TablespaceMap _map;
    private readonly RepairTarget _target;
    private readonly RowRewriter _rows;
    private readonly byte[] _spaceId;
    private readonly byte[] _lsn;
    private readonly byte[] _lsnEnd;

    public PageRewriter(TablespaceFile file, TablespaceMap map, RepairTarget target)
    {
        _file = file;
        _map = map;
        _target = target;
        _rows = new RowRewriter(file, map, target.SpaceId);
        _spaceId = FilPage.Bytes(target.SpaceId);
        _lsn = FilPage.Bytes(target.Lsn);
        _lsnEnd = FilPage.Bytes((uint)target.Lsn);
    }

    /// <summary>Whether changed pages get their new checksums, or these are only counted.</summary>
    public bool Seals { get; init; } = true;

    /// <summary>What <see cref="Rewrite"/> changed, page after page.</summary>
    public List<PageEdit> Edits { get; } = [];

    /// <summary>Changes a sound page in place; null, or why its contents cannot be understood (the page is then half changed).</summary>
    [MethodImpl(Jit.Hot)]
    public string? Rewrite(Span<byte> page, uint number, PageChecksumAlgorithm algorithm)
    {
        int first = Edits.Count;
        if (algorithm == PageChecksumAlgorithm.Empty)
            return null;
        if (_target.SdiPages.TryGetValue(number, out byte[]? replacement))
            ReplaceBody(page, replacement);
        Set(page, FilPage.SpaceId, _spaceId, "space id");
        if (number == 0)
            RewritePage0(page);
        string? wrong = null;
        PageType type = FilPage.TypeOf(page);
        if (replacement != null)
            RewriteSegmentHeaders(page, number);
        else if (!_map.Extents.IsFree(number))
            wrong = RewriteBody(page, number, type);
        RewriteLsn(page);
        if (Edits.Count > first)
            Reseal(page, algorithm);
        return wrong;
    }

    [MethodImpl(Jit.Hot)]
    private string? RewriteBody(Span<byte> page, uint number, PageType type)
    {
        if (type is PageType.LobFirst or PageType.LobIndex or PageType.ZLobFirst)
            LobPage.ResetTransactions(page, type, (p, at, bytes) => SetUnlessZero(p, at, bytes));
        BTreeRoot? root = IndexPage.IsIndex(type) || _map.HasRootAt(number)
            ? _map.RootOf(FilPage.U64(page, IndexPage.IndexId)) : null;
        if (root == null)
            return IndexPage.IsIndex(type) ? $"it belongs to index {FilPage.U64(page, IndexPage.IndexId)}, which has no root" : null;
        RewriteSegmentHeaders(page, number);
        if (_target.IndexIds.TryGetValue(root.Page, out ulong id))
            Set(page, IndexPage.IndexId, FilPage.Bytes(id), "index id");
        if (FilPage.U16(page, IndexPage.Level) != 0)
            return null;
        if (root == _map.Clustered || root.IsSdi)
            return _rows.Rewrite(page, root.IsSdi, this);
        SetUnlessZero(page, IndexPage.MaxTrxId, SmallestMaxTrxId, "PAGE_MAX_TRX_ID");
        return null;
    }

    [MethodImpl(Jit.Hot)]
    private void RewriteSegmentHeaders(Span<byte> page, uint number)
    {
        if (!_map.HasRootAt(number))
            return;
        Set(page, IndexPage.LeafSegment, _spaceId, "segment header");
        Set(page, IndexPage.TopSegment, _spaceId, "segment header");
    }

    private void RewritePage0(Span<byte> page)
    {
        Set(page, FilPage.Data, _spaceId, "space id in the FSP header");
        if (!_file.Flags.IsFullCrc32)
            Set(page, FilPage.FlushLsn, Zeros.AsSpan(0, FlushLsnLength), "flush LSN");
        if (_target.ReferencePage0 is not { } reference)
            return;
        Set(page, TablespaceFlags.OffsetOnPage0, reference.AsSpan(TablespaceFlags.OffsetOnPage0, 4), "tablespace flags");
        Set(page, FilPage.ServerVersion, reference.AsSpan(FilPage.ServerVersion, VersionLength), "server version");
    }

    [MethodImpl(Jit.Hot)]
    private void RewriteLsn(Span<byte> page)
    {
        Set(page, FilPage.Lsn, _lsn, "LSN");
        if (_file.Flags.ZipSize == 0)
            Set(page, page.Length - (_file.Flags.IsFullCrc32 ? 8 : 4), _lsnEnd, "LSN");
    }

    // The checksum is set by what was found on the page before, never by what the file's other pages have.
    [MethodImpl(Jit.Hot)]
    private void Reseal(Span<byte> page, PageChecksumAlgorithm algorithm)
    {
        if (algorithm is PageChecksumAlgorithm.None or PageChecksumAlgorithm.Covered)
            return;
        if (Seals)
            PageChecksum.Seal(page, _file.Flags, algorithm);
        Edits.Add(new PageEdit(_file.Flags.IsFullCrc32 ? page.Length - 4 : FilPage.Checksum, 4, "checksum"));
        if (!_file.Flags.IsFullCrc32 && _file.Flags.ZipSize == 0)
            Edits.Add(new PageEdit(page.Length - FilPage.TrailerLength, 4, "checksum"));
    }

    // The LSN and the checksums get values of their own.
    private void ReplaceBody(Span<byte> page, ReadOnlySpan<byte> replacement)
    {
        Replace(page[..FilPage.Lsn], replacement[..FilPage.Lsn], FilPage.PageNumber);
        int end = page.Length - (_file.Flags.ZipSize == 0 ? FilPage.TrailerLength : 0);
        Replace(page[..end], replacement[..end], FilPage.Type);
    }

    private void Replace(Span<byte> page, ReadOnlySpan<byte> replacement, int at)
    {
        while (at < page.Length)
        {
            int same = page[at..].CommonPrefixLength(replacement[at..]);
            at += same;
            int length = 0;
            while (at + length < page.Length && page[at + length] != replacement[at + length])
                length++;
            if (length > 0)
                Set(page, at, replacement.Slice(at, length), "SDI");
            at += length;
        }
    }

    /// <summary>Overwrites DB_TRX_ID and DB_ROLL_PTR.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ResetTransaction(Span<byte> page, int at) => Set(page, at, OldestTransaction, "DB_TRX_ID, DB_ROLL_PTR");

    /// <summary>Overwrites the space id in a reference to an off-page column.</summary>
    public void SetBlobSpaceId(Span<byte> page, int at)
    {
        if (BinaryPrimitives.ReadUInt32BigEndian(page[at..]) != _target.SpaceId)
            Set(page, at, _spaceId, "BLOB reference");
    }

    [MethodImpl(Jit.Hot)]
    private void SetUnlessZero(Span<byte> page, int at, ReadOnlySpan<byte> bytes, string reason = "LOB transaction id")
    {
        if (page.Slice(at, bytes.Length).ContainsAnyExcept((byte)0))
            Set(page, at, bytes, reason);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Set(Span<byte> page, int at, ReadOnlySpan<byte> bytes, string reason)
    {
        Span<byte> place = page.Slice(at, bytes.Length);
        if (place.SequenceEqual(bytes))
            return;
        bytes.CopyTo(place);
        Edits.Add(new PageEdit(at, bytes.Length, reason));
    }
}

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
