using System.IO.Hashing;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>
/// Reads the rows of a file page by page, in the order of pages. What is damaged is reported, the rest comes; memory does
/// not grow with the file, only with the number of deleted rows that are found (some 50 bytes each).
/// </summary>
internal sealed class TableRowReader
{
    private readonly TableFile _source;
    private readonly LeafScan _scan;
    private readonly ZipLeaf? _zip;
    private readonly Action<RecoveryException> _onError;
    private readonly CancellationToken _stop;
    private readonly int _mostRecords;
    private long _bytesRead;
    private int _walks;

    /// <param name="source">The file.</param>
    /// <param name="onError">Told of every damaged page.</param>
    /// <param name="stop">Ends the reading between two pages.</param>
    public TableRowReader(TableFile source, Action<RecoveryException> onError, CancellationToken stop)
    {
        _source = source;
        _scan = new LeafScan(source.Table.Layout);
        Row = new StoredRow(source.Table);
        _zip = source.File.Flags.ZipSize == 0 ? null : new ZipLeaf(source.Table.Layout, source.File.Flags.PageSize);
        _onError = onError;
        _stop = stop;
        _mostRecords = LeafScan.MostRecords(source.Table.Layout, source.File.Flags.PageSize);
    }

    /// <summary>What logs say of the table's deleted rows; null for no logs.</summary>
    public LoggedDeletions? Logged { get; init; }

    /// <summary>Is told how many bytes of the file were read, of how many in all; where rows were deleted, each is read twice.</summary>
    public Action<long, long>? OnRead { get; init; }

    /// <summary>The place in the redo log up to which the newest leaf that was read has what the server did (FIL_PAGE_LSN).</summary>
    public ulong NewestLsn { get; private set; }

    /// <summary>What every row is read into.</summary>
    public StoredRow Row { get; set; }

    private delegate void LookAtPage(ReadOnlySpan<byte> page, uint number, bool isFree);

    /// <summary>Gives the rows; the object is the same for every row.</summary>
    /// <param name="selection">Which.</param>
    /// <param name="onRow">Takes a row.</param>
    /// <param name="reportsDamage">Whether the damaged pages have not been told yet.</param>
    public void Read(TableRowSelection selection, Action<StoredRow> onRow, bool reportsDamage = true)
    {
        TableRowSelection listed = selection & ~TableRowSelection.Deleted;
        (_bytesRead, _walks) = (0, (listed != 0 ? 1 : 0) + (selection.HasFlag(TableRowSelection.Deleted) ? 2 : 0));
        if (listed != 0)
        {
            ForEachLeaf(reportsDamage, (page, number, isFree) =>
            {
                if (!isFree)
                    ReadListed(page, number, listed, onRow);
            });
        }

        if (selection.HasFlag(TableRowSelection.Deleted))
            ReadDeleted(reportsDamage && listed == 0, onRow);
    }

    /// <summary>Gives the rows as the objects that users get.</summary>
    /// <param name="selection">Which.</param>
    /// <param name="columns">Indexes of the columns to give; null for all.</param>
    /// <param name="isWanted">Sees a row with all its columns.</param>
    /// <param name="onRow">Takes a row.</param>
    public void ReadObjects(TableRowSelection selection, int[]? columns, Func<TableRow, bool> isWanted, Action<TableRow> onRow) =>
        Read(selection, row =>
        {
            if (ToTableRow(row) is not { } made || !isWanted(made))
                return;
            if (columns != null)
                made = row.ToTableRow(_source.File.Path, columns);
            if (row.State is TableRowState.DeleteMarked or TableRowState.Freed or TableRowState.Partial)
                made.ConfirmedBy = Logged?.Find(row);
            onRow(made);
        });

    /// <summary>The rows of one page, which is a leaf in use: those of the table, older versions that it keeps, or both.</summary>
    /// <param name="page">The page.</param>
    /// <param name="number">Its number.</param>
    /// <param name="selection">Which rows.</param>
    /// <param name="onRow">Takes a row.</param>
    /// <param name="from">How many records were read before.</param>
    /// <param name="mayTake">Is told of how many bytes of a row are elsewhere, before they are read; false ends the reading.</param>
    /// <returns>The record at which the reading was ended, to go on from there; -1 at the end of the page.</returns>
    public int ReadListed(
        ReadOnlySpan<byte> page, uint number, TableRowSelection selection, Action<StoredRow> onRow, int from = 0,
        Func<long, bool>? mayTake = null)
    {
        int given = from, seen = 0, end = -1;
        string? wrong = _zip?.Expand(page) ?? _scan.Read(_zip == null ? page : _zip.Page, (bytes, origin, fields) =>
        {
            if (seen++ < from || fields.IsDeleteMarked)
                return true;
            if (mayTake?.Invoke(fields.OffPageLength(bytes)) == false)
            {
                end = seen - 1;
                return false;
            }

            if (Take(bytes, number, origin, fields, TableRowState.Live))
            {
                if (selection.HasFlag(Row.State == TableRowState.Live ? TableRowSelection.Live : TableRowSelection.History))
                    onRow(Row);
                given++;
            }

            return true;
        });
        if (wrong != null)
            _onError(Damaged(number, wrong, Math.Max(FilPage.U16(page, IndexPage.NRecs) - given, 0)));
        return end;
    }

    /// <summary>Whether a page is a whole leaf of the table; tells of one that is damaged.</summary>
    public bool IsWholeLeaf(ReadOnlySpan<byte> page, uint number, bool reports)
    {
        bool isFree = _source.IsFree(page, number);
        if (!isFree && number > 0 && reports && IsDamaged(page, number, out string? wrong))
        {
            if (MayHaveRows(page))
                _onError(Damaged(number, wrong!, _mostRecords));
            return false;
        }

        bool isWhole = _source.IsLeaf(page) && (reports && !isFree || !IsDamaged(page, number, out _));
        if (isWhole)
            NewestLsn = Math.Max(NewestLsn, FilPage.U64(page, FilPage.Lsn));
        return isWhole;
    }

    private bool IsDamaged(ReadOnlySpan<byte> page, uint number, out string? wrong)
    {
        IbdPageProblem? problem = PageInspection.Check(page, number, _source.File, _source.Extents, PageChecksumAlgorithm.Crc32, out _);
        wrong = problem == null ? null : $"{problem.Problem}, {problem.Expected} expected and {problem.Found} found";
        return problem != null;
    }

    // A damaged page whose header says what else it is has no rows; the header itself may be what is damaged.
    private bool MayHaveRows(ReadOnlySpan<byte> page) => FilPage.TypeOf(page) switch
    {
        PageType.Index => FilPage.U64(page, IndexPage.IndexId) == _source.IndexId && FilPage.U16(page, IndexPage.Level) == 0,
        PageType.Inode or PageType.InsertBufferBitmap or PageType.ExtentDescriptor or PageType.Sdi or PageType.RTree => false,
        PageType.Blob or PageType.LobFirst or PageType.LobData or PageType.LobIndex => false,
        _ => true,
    };

    private void ForEachLeaf(bool reports, LookAtPage look)
    {
        TablespaceFile file = _source.File;
        int length = file.PageLength, perChunk = TablespaceFile.ChunkSize / length;
        var buffer = new byte[perChunk * length];
        for (uint first = 0; first < file.PageCount; first += (uint)perChunk)
        {
            _stop.ThrowIfCancellationRequested();
            int read = file.ReadPages(first, buffer);
            OnRead?.Invoke(_bytesRead += (long)read * length, _walks * (long)file.PageCount * length);
            for (int i = 0; i < read; i++)
            {
                ReadOnlySpan<byte> page = buffer.AsSpan(i * length, length);
                uint number = first + (uint)i;
                if (IsWholeLeaf(page, number, reports))
                    look(page, number, _source.IsFree(page, number));
            }
        }
    }

    // The first time through collects what looks deleted, the second takes away what is in the table under the same key: a
    // row that was changed or moved. Of several versions of a row only the last counts.
    private void ReadDeleted(bool reports, Action<StoredRow> onRow)
    {
        var found = new Dictionary<UInt128, Candidate>();
        ForEachLeaf(reports, (page, number, isFree) =>
        {
            if (_zip?.Expand(page) != null)
                return;
            ReadOnlySpan<byte> whole = _zip == null ? page : _zip.Page;
            _scan.Read(whole, (bytes, origin, fields) => Add(bytes, number, origin, fields, isFree, isListed: true));
            if (_zip == null) // what purge frees there is cleared
                _scan.ReadFree(whole, (bytes, origin, fields) => Add(bytes, number, origin, fields, isFree, isListed: false));
        });
        if (found.Count > 0)
        {
            ForEachLeaf(reports: false, (page, _, isFree) =>
            {
                if (isFree || _zip?.Expand(page) != null)
                    return;
                _scan.Read(_zip == null ? page : _zip.Page, (bytes, _, fields) =>
                {
                    if (!fields.IsDeleteMarked)
                        found.Remove(KeyOf(bytes, fields));
                    return found.Count > 0;
                });
            });
        }

        Give(found.Values, onRow);

        bool Add(ReadOnlySpan<byte> page, uint number, int origin, RecordFields fields, bool isFree, bool isListed)
        {
            // What is not marked as deleted was moved or changed, not deleted: the row went on elsewhere.
            if (!fields.IsDeleteMarked)
                return true;
            bool isMarked = isListed && !isFree;
            UInt128 key = KeyOf(page, fields);
            var candidate = new Candidate(number, origin, fields.TransactionId(page), isMarked);
            bool isBetter = !found.TryGetValue(key, out Candidate other) || candidate.IsBetterThan(other);
            if (isBetter && (isMarked || IsPossible(page, number, origin, fields)))
                found[key] = candidate;
            return true;
        }
    }

    private void Give(IEnumerable<Candidate> candidates, Action<StoredRow> onRow)
    {
        Candidate[] ordered = [.. candidates];
        Array.Sort(ordered, (a, b) => a.Page != b.Page ? a.Page.CompareTo(b.Page) : a.Origin.CompareTo(b.Origin));
        var page = new byte[_source.File.PageLength];
        uint at = 0;
        foreach (Candidate candidate in ordered)
        {
            _stop.ThrowIfCancellationRequested();
            if (candidate.Page != at)
            {
                page = _source.File.ReadPage(at = candidate.Page);
                if (_zip != null && _zip.Expand(page) == null)
                    page = _zip.Page;
            }

            TableRowState state = candidate.IsMarked ? TableRowState.DeleteMarked : TableRowState.Freed;
            if (_scan.Fields.Read(page, candidate.Origin, IndexPage.IsCompact(page))
                && Take(page, at, candidate.Origin, _scan.Fields, state))
                onRow(Row);
        }
    }

    private bool Take(ReadOnlySpan<byte> page, uint number, int origin, RecordFields fields, TableRowState state)
    {
        try
        {
            Row.Take(_source, page, number, origin, fields, state);
            return true;
        }
        catch (InvalidDataException e)
        {
            _onError(RowUnreadable(number, origin, e));
            return false;
        }
    }

    private TableRow? ToTableRow(StoredRow row)
    {
        try
        {
            return row.ToTableRow(_source.File.Path, null);
        }
        catch (InvalidDataException e)
        {
            _onError(RowUnreadable(row.PageNumber, row.Offset, e));
            return null;
        }
    }

    private bool IsPossible(ReadOnlySpan<byte> page, uint number, int origin, RecordFields fields)
    {
        try
        {
            Row.Take(_source, page, number, origin, fields, TableRowState.Freed);
            for (int i = 0; i < _source.Table.Columns.Length; i++)
                Row.Decode(i);
            return fields.TransactionId(page) != 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private UInt128 KeyOf(ReadOnlySpan<byte> page, RecordFields fields)
    {
        FieldRange last = fields.Ranges[_source.Table.KeyFields - 1];
        int start = fields.Ranges[0].Start;
        UInt128 hash = XxHash128.HashToUInt128(page[start..(last.Start + Math.Max(last.Length, 0))]);
        // Where one field of the key ends and the next begins makes a difference.
        for (int i = 0; i < _source.Table.KeyFields; i++)
            hash = (hash * 31) + (UInt128)(uint)fields.Ranges[i].Length;
        return hash;
    }

    /// <summary>The error of a row that cannot be given.</summary>
    public RecoveryException RowUnreadable(uint page, int origin, Exception e) => new("IbdRowUnreadable", RecoveryErrorKind.InvalidData,
        $"one row is lost: {e.Message}", _source.File.Path, ((long)page * _source.File.PageLength) + origin, inner: e);

    private RecoveryException Damaged(uint number, string wrong, int most) => new("IbdPageDamaged", RecoveryErrorKind.InvalidData,
        $"page {number} is damaged ({wrong}): {most} rows at most are lost", _source.File.Path, (long)number * _source.File.PageLength);

    private readonly record struct Candidate(uint Page, int Origin, ulong TransactionId, bool IsMarked)
    {
        public bool IsBetterThan(Candidate other) => IsMarked != other.IsMarked ? IsMarked : TransactionId > other.TransactionId;
    }
}
