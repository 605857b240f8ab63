using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Records;

/// <summary>
/// Goes through the records of an uncompressed leaf page in key order (rem0rec.cc, page0page.cc). Every offset is
/// checked: a page that does not fit the layout gives a sentence that says why, never an exception.
/// </summary>
internal sealed class LeafPage
{
    private const int CompactInfimum = 99, CompactSupremum = 112, CompactExtra = 5;
    private const int RedundantInfimum = 101, RedundantSupremum = 116, RedundantExtra = 6;
    private const int MinRecordFlag = 0x10, DeletedFlag = 0x20, VersionFlag = 0x40, InstantFlag = 0x80;
    private const int MariaDbInstantStatus = 4;
    private const int TransactionLength = 13; // DB_TRX_ID and DB_ROLL_PTR
    private readonly RecordLayout? _layout;
    private readonly RecordField[] _fields;
    private readonly RecordField[]? _metadata;
    private readonly PlainRecord? _plain;
    private readonly List<LeafRecord> _records = [];
    private readonly List<int> _blobReferences = [];
    private readonly List<FieldPlace> _places = [];

    /// <param name="layout">Null only for ROW_FORMAT=REDUNDANT, whose records describe themselves but for where DB_TRX_ID is.</param>
    public LeafPage(RecordLayout? layout)
    {
        _layout = layout;
        _fields = layout == null ? [] : [.. layout.Fields];
        _metadata = layout?.Metadata?.ToArray();
        _plain = layout == null ? null : PlainRecord.Of(layout);
    }

    /// <summary>Whether <see cref="FieldsOf"/> is wanted, which takes longer.</summary>
    public bool KeepsFields { get; init; }

    /// <summary>The records of the page read last.</summary>
    public IReadOnlyList<LeafRecord> Records => _records;

    /// <summary>Offsets of the 20-byte references to off-page columns on the page read last.</summary>
    public IReadOnlyList<int> BlobReferences => _blobReferences;

    /// <summary>Where a record of the page read last has the fields of the layout, one by one.</summary>
    public ReadOnlySpan<FieldPlace> FieldsOf(int record) =>
        CollectionsMarshal.AsSpan(_places).Slice(record * _fields.Length, _fields.Length);

    /// <summary>Reads a page; null, or what does not fit.</summary>
    [MethodImpl(Jit.Hot)]
    public string? Read(ReadOnlySpan<byte> page)
    {
        _records.Clear();
        _blobReferences.Clear();
        _places.Clear();
        bool compact = IndexPage.IsCompact(page);
        if (compact && _layout == null)
            return "the layout of its records is not known";
        string? wrong = Walk(page, compact);
        if (wrong == null && !compact && _layout == null)
            wrong = FindTrxId(page);
        return wrong ?? CheckOverlap();
    }

    /// <summary>Records that are not marked as deleted; -1 if the list of records is broken. Needs no layout.</summary>
    [MethodImpl(Jit.Hot)]
    public static int CountLive(ReadOnlySpan<byte> page, out int deleted)
    {
        deleted = 0;
        bool compact = IndexPage.IsCompact(page);
        int live = 0, seen = 0, expected = FilPage.U16(page, IndexPage.NRecs);
        int at = compact ? CompactInfimum : RedundantInfimum;
        int extra = compact ? CompactExtra : RedundantExtra;
        while ((at = NextRecord(page, at, compact)) != (compact ? CompactSupremum : RedundantSupremum))
        {
            if (at < IndexPage.FirstRecordArea + extra || at >= page.Length - FilPage.TrailerLength || ++seen > expected)
                return -1;
            int info = page[at - extra];
            if ((info & (DeletedFlag | MinRecordFlag)) == 0)
                live++;
            else if ((info & MinRecordFlag) == 0)
                deleted++;
        }

        return seen == expected ? live : -1;
    }

    [MethodImpl(Jit.Hot)]
    private string? Walk(ReadOnlySpan<byte> page, bool compact)
    {
        int expected = FilPage.U16(page, IndexPage.NRecs);
        int heapTop = FilPage.U16(page, IndexPage.HeapTop);
        if (heapTop == 0 && page.Length == 65536)
            heapTop = page.Length;
        if (heapTop > page.Length)
            return $"its heap ends at {heapTop}, beyond the page";
        int at = compact ? CompactInfimum : RedundantInfimum;
        while ((at = NextRecord(page, at, compact)) != (compact ? CompactSupremum : RedundantSupremum))
        {
            if (at <= CompactSupremum || at > heapTop || _records.Count == expected)
                return $"its list of records is broken at offset {at}";
            var record = new LeafRecord { Origin = at };
            if (!(compact ? ReadCompact(page, ref record) : ReadRedundant(page, ref record)))
                return $"the record at offset {at} does not have the table's columns";
            if (record.Start < CompactSupremum || record.End > heapTop)
                return $"the record at offset {at} does not fit the table's columns: it would reach from {record.Start} to {record.End}";
            _records.Add(record);
        }

        return _records.Count == expected ? null : $"it lists {_records.Count} of {expected} records";
    }

    private static int NextRecord(ReadOnlySpan<byte> page, int at, bool compact)
    {
        int next = FilPage.U16(page, at - 2);
        return compact ? (at + next) & (page.Length - 1) : next;
    }

    [MethodImpl(Jit.Hot)]
    private bool ReadCompact(ReadOnlySpan<byte> page, ref LeafRecord record)
    {
        int info = page[record.Origin - CompactExtra];
        record.IsDeleteMarked = (info & DeletedFlag) != 0;
        record.IsMetadata = (info & MinRecordFlag) != 0;
        int at = record.Origin - CompactExtra - 1;
        int version = 0, fields = _fields.Length;
        if (_metadata != null && (info & (MinRecordFlag | DeletedFlag)) == (MinRecordFlag | DeletedFlag))
        {
            at -= page[at] < 0x80 ? 1 : 2; // how many fields were added
            AddPlaces();
            if (!ReadCompactFields(page, ref record, at, _metadata, _metadata.Length, 0, []))
                return false;
            _blobReferences.Add(record.TrxId + TransactionLength);
            return true;
        }

        if ((info & VersionFlag) != 0)
            version = page[at--];
        else if ((info & InstantFlag) != 0)
            fields = (page[at] & 0x80) == 0 ? page[at--] : (page[at--] & 0x7F) << 8 | page[at--];
        else if ((page[record.Origin - 3] & 7) == MariaDbInstantStatus)
            fields = _layout!.InstantCoreFields + 1 + (page[at] < 0x80 ? page[at--] : page[at--] & 0x7F | page[at--] << 7);
        else
            fields = _layout!.InstantCoreFields;
        if (version == 0 && fields == _fields.Length && !KeepsFields && _plain?.Read(page, ref record, at) == true)
            return true;
        return fields <= _fields.Length && ReadCompactFields(page, ref record, at, _fields, fields, version, AddPlaces());
    }

    [MethodImpl(Jit.Hot)]
    private bool ReadCompactFields(
        ReadOnlySpan<byte> page, ref LeafRecord record, int nulls, RecordField[] layout, int fields, int version, Span<FieldPlace> places)
    {
        int nullable = 0;
        for (int i = 0; i < fields; i++)
        {
            if (layout[i].IsNullable && layout[i].IsIn(version))
                nullable++;
        }

        int lengths = nulls - ((nullable + 7) / 8), data = record.Origin, nullBit = 0;
        for (int i = 0; i < fields; i++)
        {
            RecordField field = layout[i];
            if (!field.IsIn(version))
                continue;
            if (lengths < IndexPage.FirstRecordArea || data > page.Length)
                return false;
            if (i == _layout!.TrxIdField)
                record.TrxId = data;
            if (field.IsNullable && (page[nulls - (nullBit >> 3)] >> (nullBit++ & 7) & 1) != 0)
            {
                if (places.Length > 0)
                    places[i] = new FieldPlace(data, 0, FieldState.Null);
                continue;
            }

            bool isExternal = false;
            int length = field.FixedLength;
            if (length == 0)
            {
                length = page[lengths--];
                if (field.IsBig && (length & 0x80) != 0)
                {
                    isExternal = (length & 0x40) != 0;
                    length = (length & 0x3F) << 8 | page[lengths--];
                    if (isExternal && !AddBlobReference(data + length, data))
                        return false;
                }
            }

            if (places.Length > 0)
                places[i] = new FieldPlace(data, length, isExternal ? FieldState.OffPage : FieldState.Value);
            data += length;
        }

        record.Start = lengths + 1;
        record.End = data;
        return true;
    }

    // Of the next record; all fields are missing until one is found.
    private Span<FieldPlace> AddPlaces()
    {
        if (!KeepsFields)
            return [];
        int first = _places.Count;
        CollectionsMarshal.SetCount(_places, first + _fields.Length);
        Span<FieldPlace> places = CollectionsMarshal.AsSpan(_places)[first..];
        places.Clear();
        return places;
    }

    [MethodImpl(Jit.Hot)]
    private bool ReadRedundant(ReadOnlySpan<byte> page, ref LeafRecord record)
    {
        int info = page[record.Origin - RedundantExtra];
        record.IsDeleteMarked = (info & DeletedFlag) != 0;
        bool isShort = (page[record.Origin - 3] & 1) != 0;
        int fields = (FilPage.U16(page, record.Origin - 4) & 0x7FE) >> 1;
        int at = record.Origin - RedundantExtra - ((info & VersionFlag) != 0 ? 1 : 0);
        record.Start = at - (fields * (isShort ? 1 : 2));
        if (record.Start < IndexPage.FirstRecordArea || fields < (_layout is { TrxIdField: < 0 } ? 1 : 3)
            || (KeepsFields && fields > _fields.Length))
            return false;
        Span<FieldPlace> places = AddPlaces();
        int start = 0;
        for (int i = 0; i < fields; i++)
        {
            int raw = isShort ? page[at - 1 - i] : FilPage.U16(page, at - (2 * (i + 1)));
            int end = raw & (isShort ? 0x7F : 0x3FFF);
            if (end < start)
                return false;
            if (i == _layout?.TrxIdField)
                record.TrxId = record.Origin + start;
            if (_layout is { TrxIdField: >= 0 }
                && (i == _layout.TrxIdField && end - start != 6 || i == _layout.TrxIdField + 1 && end - start != 7))
                return false;
            bool isExternal = !isShort && (raw & 0x4000) != 0, isNull = (raw & (isShort ? 0x80 : 0x8000)) != 0;
            if (isExternal && !AddBlobReference(record.Origin + end, record.Origin + start))
                return false;
            if (KeepsFields)
                places[i] = new FieldPlace(
                    record.Origin + start, end - start, isNull ? FieldState.Null : isExternal ? FieldState.OffPage : FieldState.Value);
            start = end;
        }

        record.End = record.Origin + start;
        return true;
    }

    private bool AddBlobReference(int end, int start)
    {
        if (end - start < BlobReference.Length)
            return false;
        _blobReferences.Add(end - BlobReference.Length);
        return true;
    }

    // Without a layout: the one place where all records of the page have a field of six bytes before one of seven.
    private string? FindTrxId(ReadOnlySpan<byte> page)
    {
        HashSet<int>? candidates = null;
        foreach (LeafRecord record in _records)
        {
            var here = new HashSet<int>();
            List<int> ends = RedundantEnds(page, record.Origin);
            for (int i = 1; i + 1 < ends.Count; i++)
            {
                if (ends[i] - ends[i - 1] == 6 && ends[i + 1] - ends[i] == 7)
                    here.Add(i);
            }

            if (candidates == null)
                candidates = here;
            else
                candidates.IntersectWith(here);
        }

        if (candidates is { Count: not 1 })
            return "where its records keep the transaction id cannot be told without the table's definition";
        for (int i = 0; i < _records.Count; i++)
        {
            LeafRecord record = _records[i];
            record.TrxId = record.Origin + RedundantEnds(page, record.Origin)[candidates!.Single() - 1];
            _records[i] = record;
        }

        return null;
    }

    private static List<int> RedundantEnds(ReadOnlySpan<byte> page, int origin)
    {
        bool isShort = (page[origin - 3] & 1) != 0;
        int fields = (FilPage.U16(page, origin - 4) & 0x7FE) >> 1;
        int at = origin - RedundantExtra;
        var ends = new List<int>(fields);
        for (int i = 0; i < fields; i++)
            ends.Add(isShort ? page[at - 1 - i] & 0x7F : FilPage.U16(page, at - (2 * (i + 1))) & 0x3FFF);
        return ends;
    }

    [MethodImpl(Jit.Hot)]
    private string? CheckOverlap()
    {
        // Most pages were filled from one end to the other.
        bool isAscending = true;
        for (int i = 1; i < _records.Count && isAscending; i++)
            isAscending = _records[i].Start >= _records[i - 1].End;
        if (isAscending)
            return null;
        var order = new List<LeafRecord>(_records);
        order.Sort((a, b) => a.Start.CompareTo(b.Start));
        for (int i = 1; i < order.Count; i++)
        {
            if (order[i].Start < order[i - 1].End)
                return $"the records at offsets {order[i - 1].Origin} and {order[i].Origin} overlap: they do not have the table's columns";
        }

        return null;
    }
}

/// <summary>Where a field of a record is on its page. The 20 bytes that stand for an off-page part are counted in.</summary>
internal readonly record struct FieldPlace(int Offset, int Length, FieldState State);

/// <summary>What a record has of a field of its table.</summary>
internal enum FieldState : byte
{
    /// <summary>Nothing: the column was added later.</summary>
    Missing,
    Null,
    Value,

    /// <summary>The beginning, and a reference to the rest.</summary>
    OffPage,
}

/// <summary>What a repair needs of one clustered leaf record: offsets within the page.</summary>
internal struct LeafRecord
{
    /// <summary>Where the fields start.</summary>
    public int Origin;

    /// <summary>Where the record starts, header included.</summary>
    public int Start;

    /// <summary>Just after the last field.</summary>
    public int End;

    /// <summary>Where DB_TRX_ID (6 bytes) and DB_ROLL_PTR (7 bytes) are.</summary>
    public int TrxId;

    public bool IsDeleteMarked;

    /// <summary>It is no row: MariaDB's first record, which tells of columns that were added or dropped instantly.</summary>
    public bool IsMetadata;
}
