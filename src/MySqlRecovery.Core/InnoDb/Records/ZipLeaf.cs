using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using MySqlRecovery.IO;
using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Records;

/// <summary>
/// Makes the uncompressed page of a clustered leaf of ROW_FORMAT=COMPRESSED (page0zip.cc page_zip_decompress): a zlib stream
/// with the fields' description and the records in the order of the heap, without headers, system columns and references to
/// off-page columns; after it a log of records that changed since; at the end of the page, downwards, the directory of all
/// records, those in use first, their system columns, and the references.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A MemoryStream holds memory alone.")]
internal sealed class ZipLeaf
{
    private const int RecordsStart = 120, Infimum = 99, Supremum = 112, FreeList = 44;
    private const int SlotOffset = 0x3FFF, SlotDeleted = 0x8000;
    private const byte DeletedFlag = 0x20;
    private const int LongestFixedRun = 768, VariableBig = 0x7E;
    private readonly RecordFields _fields;
    private readonly int _trxIdField;
    private readonly byte[][] _descriptions;
    private readonly int _descriptionLength;
    private readonly byte[] _scratch;
    private readonly MemoryStream _stream = new();
    private int[] _heap = [];

    public ZipLeaf(RecordLayout layout, int pageSize)
    {
        _fields = new RecordFields(layout);
        _trxIdField = layout.TrxIdField;
        // How much of a long number its first byte has: MySQL writes one bit twice, MariaDB does not.
        _descriptions = [Describe(layout, 7), Describe(layout, 8)];
        _descriptionLength = _descriptions[0].Length;
        Page = new byte[pageSize];
        _scratch = new byte[pageSize];
    }

    /// <summary>The page as it would be without compression; its free records have no references to off-page columns.</summary>
    public byte[] Page { get; }

    /// <summary>Expands a page; null, or what does not fit.</summary>
    public string? Expand(ReadOnlySpan<byte> zip)
    {
        try
        {
            return ExpandPage(zip);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or IndexOutOfRangeException)
        {
            return $"its compressed records cannot be read: {e.Message}";
        }
    }

    private string? ExpandPage(ReadOnlySpan<byte> zip)
    {
        int slots = ZipPage.Slots(zip), used = FilPage.U16(zip, IndexPage.NRecs);
        if (slots < 0 || used > slots)
            return "its directory is larger than the page";
        Array.Clear(Page);
        zip[..IndexPage.FirstRecordArea].CopyTo(Page);
        _heap = new int[slots];
        for (int i = 0; i < slots; i++)
        {
            int slot = SlotAt(zip, i);
            _heap[i] = slot & SlotOffset;
            if (_heap[i] < RecordsStart || _heap[i] > Page.Length - FilPage.TrailerLength)
                return $"its directory names offset {_heap[i]}";
        }

        Link(zip, slots, used);
        Array.Sort(_heap);
        ReadOnlySpan<byte> stream = Inflate(zip[IndexPage.FirstRecordArea..]);
        if (!stream.StartsWith(_descriptions[0]) && !stream.StartsWith(_descriptions[1]))
            return "its compressed records do not have the table's columns";
        int read = ReadRecords(stream[_descriptionLength..]);
        string? wrong = ApplyLog(zip[..(ZipPage.SystemColumnsAt(zip, slots, slots - 1))], FindLog(zip, stream), read);
        return wrong ?? ReadTrailer(zip, slots, used);
    }

    private static int SlotAt(ReadOnlySpan<byte> zip, int i) => FilPage.U16(zip, zip.Length - (2 * (i + 1)));

    // The headers of records, which tell their order and which are deleted.
    private void Link(ReadOnlySpan<byte> zip, int slots, int used)
    {
        int previous = Infimum;
        for (int i = 0; i < used; i++)
        {
            int slot = SlotAt(zip, i), at = slot & SlotOffset;
            Page[at - RecordFields.CompactExtra] = (slot & SlotDeleted) != 0 ? DeletedFlag : (byte)0;
            SetNext(previous, at);
            previous = at;
        }

        SetNext(previous, Supremum);
        BinaryPrimitives.WriteUInt16BigEndian(Page.AsSpan(FreeList), (ushort)(used < slots ? SlotAt(zip, used) & SlotOffset : 0));
        for (int i = used; i + 1 < slots; i++)
            SetNext(SlotAt(zip, i) & SlotOffset, SlotAt(zip, i + 1) & SlotOffset);
    }

    private void SetNext(int at, int next) => BinaryPrimitives.WriteUInt16BigEndian(Page.AsSpan(at - 2), (ushort)(next - at));

    private ReadOnlySpan<byte> Inflate(ReadOnlySpan<byte> compressed)
    {
        _stream.SetLength(0);
        using var zlib = new InflatingStream(new MemoryStream(compressed.ToArray()));
        Span<byte> chunk = stackalloc byte[4096];
        for (int got; (got = zlib.Read(chunk)) > 0;)
        {
            _stream.Write(chunk[..got]);
            if (_stream.Length > 2 * Page.Length)
                throw new InvalidDataException("it expands to more than a page");
        }

        return _stream.GetBuffer().AsSpan(0, (int)_stream.Length);
    }

    // The stream ends with the checksum of its contents; the log follows.
    private static int FindLog(ReadOnlySpan<byte> zip, ReadOnlySpan<byte> stream)
    {
        Span<byte> sum = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, Adler32(stream));
        int at = zip[IndexPage.FirstRecordArea..].IndexOf(sum);
        return at >= 0 ? IndexPage.FirstRecordArea + at + sum.Length : throw new InvalidDataException("the end of the stream is not found");
    }

    private static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        uint a = 1, b = 0;
        foreach (byte value in bytes)
        {
            a = (a + value) % 65521;
            b = (b + a) % 65521;
        }

        return b << 16 | a;
    }

    // Everything between two records' fields is in the stream too; it ends before records that only the log has.
    private int ReadRecords(ReadOnlySpan<byte> stream)
    {
        int at = RecordsStart;
        for (int i = 0; i < _heap.Length; i++)
        {
            int origin = _heap[i], before = origin - RecordFields.CompactExtra - at;
            if (before < 0)
                throw new InvalidDataException($"the record at offset {origin} lies within another");
            if (stream.Length <= before)
                return i;
            Copy(ref stream, ref at, before);
            at = origin;
            if (!_fields.Read(Page, origin, compact: true))
                throw new InvalidDataException($"the record at offset {origin} does not have the table's columns");
            for (int field = 0; field < _fields.Ranges.Length; field++)
            {
                FieldRange range = _fields.Ranges[field];
                if (field == _trxIdField)
                    Skip(ref stream, ref at, range.Start, ZipPage.SystemColumns);
                else if (range.IsExternal)
                    Skip(ref stream, ref at, range.Start + range.Length - BlobReference.Length, BlobReference.Length);
            }

            Copy(ref stream, ref at, _fields.End - at);
        }

        return _heap.Length;
    }

    private void Skip(ref ReadOnlySpan<byte> source, ref int at, int to, int length)
    {
        Copy(ref source, ref at, to - at);
        at += length;
    }

    private void Copy(ref ReadOnlySpan<byte> source, ref int at, int length)
    {
        source[..length].CopyTo(Page.AsSpan(at));
        source = source[length..];
        at += length;
    }

    // Each entry: the record's place in the heap, its header backwards, then its fields; or that its fields are cleared.
    private string? ApplyLog(ReadOnlySpan<byte> zip, int start, int known)
    {
        ReadOnlySpan<byte> log = zip[Math.Min(start, zip.Length)..];
        while (log.Length > 0 && log[0] != 0)
        {
            int value = log[0];
            log = log[1..];
            if ((value & 0x80) != 0)
            {
                value = (value & 0x7F) << 8 | log[0];
                log = log[1..];
            }

            int place = (value >> 1) - 1;
            if (place < 0 || place >= _heap.Length || place > known)
                return $"its log of changes names record {place}";
            known = Math.Max(known, place + 1);
            int origin = _heap[place];
            if ((value & 1) != 0)
            {
                if (_fields.Read(Page, origin, compact: true))
                    Page.AsSpan(origin.._fields.End).Clear();
                continue;
            }

            if (!ApplyEntry(ref log, origin))
                return $"its log of changes has a record for offset {origin} without the table's columns";
        }

        return null;
    }

    private bool ApplyEntry(ref ReadOnlySpan<byte> log, int origin)
    {
        int top = origin - RecordFields.CompactExtra;
        for (int i = 0; i < Math.Min(log.Length, top - IndexPage.FirstRecordArea); i++)
            _scratch[top - 1 - i] = log[i];
        _scratch.AsSpan(top, RecordFields.CompactExtra).Clear();
        if (!_fields.Read(_scratch, origin, compact: true))
            return false;
        int header = top - _fields.Start, at = origin;
        _scratch.AsSpan(_fields.Start, header).CopyTo(Page.AsSpan(_fields.Start));
        log = log[header..];
        for (int field = 0; field < _fields.Ranges.Length; field++)
        {
            FieldRange range = _fields.Ranges[field];
            if (field == _trxIdField)
                Skip(ref log, ref at, range.Start, ZipPage.SystemColumns);
            else if (range.IsExternal)
                Skip(ref log, ref at, range.Start + range.Length - BlobReference.Length, BlobReference.Length);
        }

        Copy(ref log, ref at, _fields.End - at);
        return true;
    }

    private string? ReadTrailer(ReadOnlySpan<byte> zip, int slots, int used)
    {
        var live = new HashSet<int>();
        for (int i = 0; i < used; i++)
            live.Add(SlotAt(zip, i) & SlotOffset);
        int reference = slots == 0 ? 0 : ZipPage.SystemColumnsAt(zip, slots, slots - 1);
        for (int i = 0; i < slots; i++)
        {
            int origin = _heap[i];
            if (!_fields.Read(Page, origin, compact: true))
                return $"the record at offset {origin} does not have the table's columns";
            zip.Slice(ZipPage.SystemColumnsAt(zip, slots, i), ZipPage.SystemColumns).CopyTo(Page.AsSpan(_fields.Ranges[_trxIdField].Start));
            foreach (FieldRange range in _fields.Ranges)
            {
                if (!range.IsExternal || !live.Contains(origin))
                    continue;
                reference -= BlobReference.Length;
                zip.Slice(reference, BlobReference.Length).CopyTo(Page.AsSpan(range.Start + range.Length - BlobReference.Length));
            }
        }

        return null;
    }

    // As page_zip_fields_encode writes it: fields of fixed length that are not NULL run together, up to DB_TRX_ID and from it on.
    private static byte[] Describe(RecordLayout layout, int shift)
    {
        var bytes = new List<byte>();
        int run = 0, column = 0, trxId = 0;
        for (int i = 0; i < layout.Fields.Count; i++)
        {
            RecordField field = layout.Fields[i];
            bool isFixed = field.FixedLength > 0, joins = isFixed && !field.IsNullable;
            if (run > 0 && (!joins || i == layout.TrxIdField || run + field.FixedLength > LongestFixedRun))
                EndRun();
            if (i == layout.TrxIdField)
                trxId = column;
            if (joins)
            {
                run += field.FixedLength;
                continue;
            }

            if (isFixed)
                Add(field.FixedLength << 1 | (field.IsNullable ? 0 : 1));
            else
                bytes.Add((byte)((field.IsBig ? VariableBig : 0) | (field.IsNullable ? 0 : 1)));
            column++;
        }

        if (run > 0)
            EndRun();
        if (trxId >= 0x80)
            bytes.Add((byte)(0x80 | trxId >> shift));
        bytes.Add((byte)trxId);
        return [.. bytes];

        void EndRun()
        {
            Add(run << 1 | 1);
            run = 0;
            column++;
        }

        // Up to 0x7D in one byte: 0x7E and 0x7F are taken.
        void Add(int value)
        {
            if (value >= VariableBig)
                bytes.Add((byte)(0x80 | value >> shift));
            bytes.Add((byte)value);
        }
    }
}
