using System.Buffers.Binary;

namespace MySqlRecovery.InnoDb;

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
    private readonly List<PageEdit> _edits = [];

    public PageRewriter(TablespaceFile file, TablespaceMap map, RepairTarget target)
    {
        _file = file;
        _map = map;
        _target = target;
        _rows = new RowRewriter(file, map, target.SpaceId);
    }

    /// <summary>What <see cref="Rewrite"/> changed on the last page.</summary>
    public IReadOnlyList<PageEdit> Edits => _edits;

    /// <summary>Changes a sound page in place; null, or why its contents cannot be understood (the page is then half changed).</summary>
    public string? Rewrite(Span<byte> page, uint number, PageChecksumAlgorithm algorithm)
    {
        _edits.Clear();
        if (algorithm == PageChecksumAlgorithm.Empty)
            return null;
        if (_target.SdiPages.TryGetValue(number, out byte[]? replacement))
            ReplaceBody(page, replacement);
        Set(page, FilPage.SpaceId, FilPage.Bytes(_target.SpaceId), "space id");
        if (number == 0)
            RewritePage0(page);
        string? wrong = null;
        PageType type = FilPage.TypeOf(page);
        if (replacement != null)
            RewriteSegmentHeaders(page, number);
        else if (!_map.Extents.IsFree(number))
            wrong = RewriteBody(page, number, type);
        RewriteLsn(page);
        Reseal(page, algorithm);
        return wrong;
    }

    private string? RewriteBody(Span<byte> page, uint number, PageType type)
    {
        if (type is PageType.LobFirst or PageType.LobIndex or PageType.ZLobFirst)
            LobPage.ResetTransactions(page, type, (p, at, bytes) => SetUnlessZero(p, at, bytes));
        BTreeRoot? root = IndexPage.IsIndex(type) || _map.Roots.Any(r => r.Page == number)
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

    private void RewriteSegmentHeaders(Span<byte> page, uint number)
    {
        if (!_map.Roots.Any(r => r.Page == number))
            return;
        Set(page, IndexPage.LeafSegment, FilPage.Bytes(_target.SpaceId), "segment header");
        Set(page, IndexPage.TopSegment, FilPage.Bytes(_target.SpaceId), "segment header");
    }

    private void RewritePage0(Span<byte> page)
    {
        Set(page, FilPage.Data, FilPage.Bytes(_target.SpaceId), "space id in the FSP header");
        if (!_file.Flags.IsFullCrc32)
            Set(page, FilPage.FlushLsn, Zeros.AsSpan(0, FlushLsnLength), "flush LSN");
        if (_target.ReferencePage0 is not { } reference)
            return;
        Set(page, TablespaceFlags.OffsetOnPage0, reference.AsSpan(TablespaceFlags.OffsetOnPage0, 4), "tablespace flags");
        Set(page, FilPage.ServerVersion, reference.AsSpan(FilPage.ServerVersion, VersionLength), "server version");
    }

    private void RewriteLsn(Span<byte> page)
    {
        Set(page, FilPage.Lsn, FilPage.Bytes(_target.Lsn), "LSN");
        if (_file.Flags.ZipSize == 0)
            Set(page, page.Length - (_file.Flags.IsFullCrc32 ? 8 : 4), FilPage.Bytes((uint)_target.Lsn), "LSN");
    }

    // The checksum is set by what was found on the page before, never by what the file's other pages have.
    private void Reseal(Span<byte> page, PageChecksumAlgorithm algorithm)
    {
        if (_edits.Count == 0)
            return;
        int first = _file.Flags.IsFullCrc32 ? page.Length - 4 : FilPage.Checksum;
        int second = _file.Flags.IsFullCrc32 || _file.Flags.ZipSize != 0 ? first : page.Length - FilPage.TrailerLength;
        uint oldFirst = FilPage.U32(page, first), oldSecond = FilPage.U32(page, second);
        PageChecksum.Seal(page, _file.Flags, algorithm);
        if (FilPage.U32(page, first) != oldFirst)
            _edits.Add(new PageEdit(first, 4, "checksum"));
        if (second != first && FilPage.U32(page, second) != oldSecond)
            _edits.Add(new PageEdit(second, 4, "checksum"));
    }

    private void ReplaceBody(Span<byte> page, ReadOnlySpan<byte> replacement)
    {
        int at = FilPage.PageNumber;
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
    public void ResetTransaction(Span<byte> page, int at) => Set(page, at, OldestTransaction, "DB_TRX_ID, DB_ROLL_PTR");

    /// <summary>Overwrites the space id in a reference to an off-page column.</summary>
    public void SetBlobSpaceId(Span<byte> page, int at)
    {
        if (BinaryPrimitives.ReadUInt32BigEndian(page[at..]) != _target.SpaceId)
            Set(page, at, FilPage.Bytes(_target.SpaceId), "BLOB reference");
    }

    private void SetUnlessZero(Span<byte> page, int at, ReadOnlySpan<byte> bytes, string reason = "LOB transaction id")
    {
        if (page.Slice(at, bytes.Length).ContainsAnyExcept((byte)0))
            Set(page, at, bytes, reason);
    }

    private void Set(Span<byte> page, int at, ReadOnlySpan<byte> bytes, string reason)
    {
        Span<byte> place = page.Slice(at, bytes.Length);
        if (place.SequenceEqual(bytes))
            return;
        bytes.CopyTo(place);
        _edits.Add(new PageEdit(at, bytes.Length, reason));
    }
}
