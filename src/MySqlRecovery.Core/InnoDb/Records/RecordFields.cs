using System.Runtime.CompilerServices;
using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Records;

/// <summary>Where a field of a record lies on its page.</summary>
/// <param name="Start">First byte.</param>
/// <param name="Length">Bytes on the page, with those of the reference to an off-page part; or one of the constants.</param>
/// <param name="IsExternal">Ends with a reference to the rest.</param>
internal readonly record struct FieldRange(int Start, int Length, bool IsExternal)
{
    /// <summary>The length of NULL.</summary>
    public const int Null = -1;

    /// <summary>The length of a field that the record does not have, because it is older than the column.</summary>
    public const int Absent = -2;
}

/// <summary>
/// Finds the fields of a clustered leaf record (rem0rec.cc rec_init_offsets, rem0wrec.cc). Nothing on the page is taken on
/// trust: a record that does not fit gives false, never an exception.
/// </summary>
internal sealed class RecordFields
{
    public const int CompactExtra = 5, RedundantExtra = 6;
    private const int DeletedFlag = 0x20, MinRecordFlag = 0x10, VersionFlag = 0x40, InstantFlag = 0x80;
    private const int OrdinaryStatus = 0, InstantStatus = 4;
    private readonly RecordLayout _layout;
    private readonly RecordField[] _fields;
    private readonly bool _hasBigFields;

    public RecordFields(RecordLayout layout)
    {
        _layout = layout;
        _fields = [.. layout.Fields];
        Ranges = new FieldRange[_fields.Length];
        _hasBigFields = Array.Exists(_fields, f => f.IsBig);
    }

    /// <summary>The fields of the record read last, in the order of the layout.</summary>
    public FieldRange[] Ranges { get; }

    /// <summary>First byte of the record read last, header included.</summary>
    public int Start { get; private set; }

    /// <summary>Just after its last field.</summary>
    public int End { get; private set; }

    public bool IsDeleteMarked { get; private set; }

    /// <summary>Whether the record is MariaDB's metadata record, which is no row.</summary>
    public bool IsMetadata { get; private set; }

    /// <summary>The transaction that wrote the record.</summary>
    public ulong TransactionId(ReadOnlySpan<byte> page)
    {
        int at = Ranges[_layout.TrxIdField].Start;
        return (ulong)FilPage.U16(page, at) << 32 | FilPage.U32(page, at + 2);
    }

    /// <summary>Where the undo log has the version before.</summary>
    public ulong RollPointer(ReadOnlySpan<byte> page) => FilPage.U64(page, Ranges[_layout.TrxIdField].Start + 5) & 0x00FF_FFFF_FFFF_FFFF;

    /// <summary>How many bytes of the record read last are elsewhere, as its references say.</summary>
    [MethodImpl(Jit.Hot)]
    public long OffPageLength(ReadOnlySpan<byte> page)
    {
        if (!_hasBigFields)
            return 0;
        ulong length = 0;
        foreach (FieldRange range in Ranges)
        {
            if (range.IsExternal)
                length += Math.Min(BlobReference.Read(page, range.Start + range.Length - BlobReference.Length).DataLength, uint.MaxValue);
        }

        return (long)length;
    }

    /// <summary>Reads the record whose fields start at <paramref name="origin"/>; false if it does not fit the layout or the
    /// page.</summary>
    [MethodImpl(Jit.Hot)]
    public bool Read(ReadOnlySpan<byte> page, int origin, bool compact)
    {
        if (origin < IndexPage.FirstRecordArea + RedundantExtra || origin > page.Length - FilPage.TrailerLength)
            return false;
        return (compact ? ReadCompact(page, origin) : ReadRedundant(page, origin, skipsMetadata: true))
            && End <= page.Length - FilPage.TrailerLength;
    }

    /// <summary>Reads MariaDB's metadata record, which has all fields of its layout.</summary>
    public bool ReadMetadata(ReadOnlySpan<byte> page, int origin)
    {
        int at = origin - CompactExtra - 1;
        if (!IndexPage.IsCompact(page))
            return origin > IndexPage.FirstRecordArea + RedundantExtra && origin < page.Length
                && ReadRedundant(page, origin, skipsMetadata: false) && IsMetadata;
        return origin > IndexPage.FirstRecordArea + RedundantExtra + 2 && origin < page.Length
            && (page[origin - CompactExtra] & MinRecordFlag) != 0
            && ReadFields(page, origin, at - (page[at] < 0x80 ? 1 : 2), _fields.Length, 0) && End <= page.Length;
    }

    [MethodImpl(Jit.Hot)]
    private bool ReadCompact(ReadOnlySpan<byte> page, int origin)
    {
        int info = page[origin - CompactExtra], status = page[origin - 3] & 7;
        IsDeleteMarked = (info & DeletedFlag) != 0;
        IsMetadata = (info & MinRecordFlag) != 0;
        int at = origin - CompactExtra - 1, version = 0, count = _layout.InstantCoreFields;
        if ((info & VersionFlag) != 0)
            (version, count) = (page[at--], _fields.Length);
        else if ((info & InstantFlag) != 0)
            count = (page[at] & 0x80) == 0 ? page[at--] : (page[at--] & 0x7F) << 8 | page[at--];
        else if (status == InstantStatus)
            count = _layout.InstantCoreFields + 1 + (page[at] < 0x80 ? page[at--] : page[at--] & 0x7F | page[at--] << 7);
        else if (status != OrdinaryStatus)
            return false;
        return IsMetadata ? SkipMetadata(origin) : count <= _fields.Length && ReadFields(page, origin, at, count, version);
    }

    private bool SkipMetadata(int origin)
    {
        (Start, End) = (origin - CompactExtra, origin);
        return true;
    }

    [MethodImpl(Jit.Hot)]
    private bool ReadFields(ReadOnlySpan<byte> page, int origin, int nulls, int count, int version)
    {
        int nullable = 0;
        for (int i = 0; i < count; i++)
        {
            if (_fields[i].IsNullable && _fields[i].IsIn(version))
                nullable++;
        }

        int lengths = nulls - ((nullable + 7) >> 3), data = origin, bit = 0;
        for (int i = 0; i < _fields.Length; i++)
        {
            RecordField field = _fields[i];
            if (i >= count || !field.IsIn(version))
            {
                Ranges[i] = new FieldRange(data, FieldRange.Absent, false);
                continue;
            }

            if (lengths < IndexPage.FirstRecordArea || data > page.Length)
                return false;
            if (field.IsNullable)
            {
                bool isNull = (page[nulls - (bit >> 3)] >> (bit & 7) & 1) != 0;
                bit++;
                if (isNull)
                {
                    Ranges[i] = new FieldRange(data, FieldRange.Null, false);
                    continue;
                }
            }

            int length = field.FixedLength;
            bool isExternal = false;
            if (length == 0)
            {
                length = page[lengths--];
                if (field.IsBig && (length & 0x80) != 0)
                {
                    isExternal = (length & 0x40) != 0;
                    length = (length & 0x3F) << 8 | page[lengths--];
                    if (isExternal && length < BlobReference.Length)
                        return false;
                }
            }

            Ranges[i] = new FieldRange(data, length, isExternal);
            data += length;
        }

        (Start, End) = (lengths + 1, data);
        return true;
    }

    [MethodImpl(Jit.Hot)]
    private bool ReadRedundant(ReadOnlySpan<byte> page, int origin, bool skipsMetadata)
    {
        int info = page[origin - RedundantExtra];
        IsDeleteMarked = (info & DeletedFlag) != 0;
        IsMetadata = (info & MinRecordFlag) != 0;
        bool isShort = (page[origin - 3] & 1) != 0;
        int count = (FilPage.U16(page, origin - 4) & 0x7FE) >> 1, version = 0;
        int at = origin - RedundantExtra;
        if ((info & VersionFlag) != 0)
            version = page[--at];
        Start = at - (count * (isShort ? 1 : 2));
        if (Start < IndexPage.FirstRecordArea || count <= _layout.TrxIdField + 1)
            return false;
        if (IsMetadata && skipsMetadata)
            return SkipMetadata(origin);
        int start = 0, next = 0;
        for (int i = 0; i < _fields.Length; i++)
        {
            if (next >= count || !_fields[i].IsIn(version))
            {
                Ranges[i] = new FieldRange(origin + start, FieldRange.Absent, false);
                continue;
            }

            int raw = isShort ? page[at - 1 - next] : FilPage.U16(page, at - (2 * (next + 1)));
            next++;
            int end = raw & (isShort ? 0x7F : 0x3FFF);
            bool isNull = (raw & (isShort ? 0x80 : 0x8000)) != 0, isExternal = !isShort && (raw & 0x4000) != 0;
            if (end < start || (isExternal && end - start < BlobReference.Length))
                return false;
            Ranges[i] = new FieldRange(origin + start, isNull ? FieldRange.Null : end - start, isExternal);
            start = end;
        }

        End = origin + start;
        return next == count && Ranges[_layout.TrxIdField].Length == 6 && Ranges[_layout.TrxIdField + 1].Length == 7;
    }
}
