using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>
/// The list of a large value's parts in MySQL 8.0+ (lob0index.h, zlob0index.h). Each entry is a part with its newest version;
/// older versions hang below it. The reference in the row says which version of the value the row has: of each part the newest
/// that is not newer counts.
/// </summary>
internal sealed class LobParts
{
    private const int EntryVersions = 12, ListFirst = 4;
    private readonly TablespaceFile _file;
    private readonly byte[] _entry;
    private readonly int _versionAt;
    private readonly uint _version;
    private uint _page;
    private int _offset;
    private long _visited;

    private LobParts(TablespaceFile file, byte[] first, int list, int entryLength, int versionAt, BlobReference reference)
    {
        (_file, _entry, _versionAt, _version) = (file, new byte[entryLength], versionAt, Math.Max(reference.Offset, 1));
        (_page, _offset) = (FilPage.U32(first, list + ListFirst), FilPage.U16(first, list + ListFirst + 4));
    }

    /// <summary>The part at hand, as its entry has it.</summary>
    public ReadOnlySpan<byte> Entry => _entry;

    /// <summary>The parts of a value on pages of its own.</summary>
    public static LobParts OfPlain(TablespaceFile file, byte[] first, BlobReference reference) =>
        new(file, first, list: LobPage.IndexList, entryLength: 60, versionAt: 56, reference);

    /// <summary>The parts of a compressed value.</summary>
    public static LobParts OfCompressed(TablespaceFile file, byte[] first, BlobReference reference) =>
        new(file, first, list: 88, entryLength: CompressedLob.EntryLength, versionAt: 62, reference);

    /// <summary>Goes to the next part that the row's version of the value has; false at the end.</summary>
    /// <exception cref="InvalidDataException">The list leads nowhere.</exception>
    public bool MoveNext()
    {
        while (_page != FilPage.Null)
        {
            Visit(_page, _offset);
            (_page, _offset) = Next();
            if (IsOfRow() || FindVersion())
                return true;
        }

        return false;
    }

    private bool IsOfRow() => FilPage.U32(_entry, _versionAt) <= _version;

    // False: the part came with a later version of the value.
    private bool FindVersion()
    {
        uint page = FilPage.U32(_entry, EntryVersions + ListFirst);
        for (int offset = FilPage.U16(_entry, EntryVersions + ListFirst + 4); page != FilPage.Null; (page, offset) = Next())
        {
            Visit(page, offset);
            if (IsOfRow())
                return true;
        }

        return false;
    }

    private (uint Page, int Offset) Next() => (FilPage.U32(_entry, LobPage.EntryNext), FilPage.U16(_entry, LobPage.EntryNext + 4));

    // No page has more than 256 entries.
    private void Visit(uint page, int offset)
    {
        if (_visited++ > _file.PageCount * 256L || !_file.TryReadAt(page, offset, _entry))
            throw new InvalidDataException($"the list of parts of an off-page value leads to page {page}");
    }
}
