using System.IO.Hashing;
using System.Runtime.CompilerServices;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;

namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>
/// Adds up what the rows of a table and the records of its secondary indexes hold, by key. The sums are kept in buckets by
/// primary key: changes that a change buffer holds back spoil a few, a wrong key all of them.
/// </summary>
internal sealed class IndexContents
{
    private const int Buckets = 1024;
    private const int LeastEqualShare = 2; // half of the buckets, where some are spoiled
    private const int MostPrefix = 3072;   // no key part is longer
    private readonly IReadOnlyList<BTreeRoot> _roots;
    private readonly IReadOnlyList<KeyLayout> _keys;
    private readonly BTreeRoot _clustered;
    private readonly LeafPage _rows;
    private readonly int _rowKeyFields;
    private readonly LeafPage?[] _readers;
    private readonly ulong[][] _ofRows;
    private readonly bool[] _isUnknown;
    private readonly ulong[]?[,] _ofRecords;
    private readonly bool[,] _isOther;
    private readonly XxHash64 _hash = new();
    private bool _isSpoiled;

    public IndexContents(IReadOnlyList<BTreeRoot> roots, IReadOnlyList<KeyLayout> keys, BTreeRoot clustered, RecordLayout layout)
    {
        _roots = roots;
        _keys = keys;
        _clustered = clustered;
        _rows = new LeafPage(layout) { KeepsFields = true };
        _rowKeyFields = layout.TrxIdField;
        _readers = [.. keys.Select(k => k.Records == null ? null : new LeafPage(k.Records) { KeepsFields = true })];
        _ofRows = [.. keys.Select(_ => new ulong[Buckets])];
        _isUnknown = [.. keys.Select(k => !k.IsInRows)];
        _ofRecords = new ulong[]?[roots.Count, keys.Count];
        _isOther = new bool[roots.Count, keys.Count];
    }

    /// <summary>Whether the records of a root can be those of a key.</summary>
    public bool Fits(int root, int key)
    {
        if (_isOther[root, key])
            return false;
        if (_isUnknown[key])
            return true;
        ReadOnlySpan<ulong> records = _ofRecords[root, key] ?? new ulong[Buckets];
        int used = 0, equal = 0;
        for (int i = 0; i < Buckets; i++)
        {
            if (records[i] == 0 && _ofRows[key][i] == 0)
                continue;
            used++;
            equal += records[i] == _ofRows[key][i] ? 1 : 0;
        }

        return equal == used || (_isSpoiled && equal * LeastEqualShare >= used);
    }

    [MethodImpl(Jit.Hot)]
    public void Add(ReadOnlySpan<byte> page, uint number, TablespaceFile file, ExtentMap extents)
    {
        if (extents.IsFree(number))
            return;
        if (PageInspection.Check(page, number, file, extents, PageChecksumAlgorithm.Crc32, out PageChecksumAlgorithm algorithm) != null
            || algorithm == PageChecksumAlgorithm.Empty)
        {
            _isSpoiled = true;
            return;
        }

        PageType type = FilPage.TypeOf(page);
        if (type == PageType.InsertBufferBitmap)
            _isSpoiled |= InsertBufferBitmap.CountBuffered(page) > 0;
        if (!(IndexPage.IsIndex(type) || number == _clustered.Page) || FilPage.U16(page, IndexPage.Level) != 0)
            return;
        ulong id = FilPage.U64(page, IndexPage.IndexId);
        if (id == _clustered.IndexId)
            AddRows(page, file);
        for (int r = 0; r < _roots.Count; r++)
        {
            if (_roots[r].IndexId == id)
                AddRecords(page, r);
        }
    }

    public void Merge(IndexContents other)
    {
        _isSpoiled |= other._isSpoiled;
        for (int k = 0; k < _keys.Count; k++)
        {
            _isUnknown[k] |= other._isUnknown[k];
            Sum(_ofRows[k], other._ofRows[k]);
            for (int r = 0; r < _roots.Count; r++)
            {
                _isOther[r, k] |= other._isOther[r, k];
                if (other._ofRecords[r, k] is { } records)
                    Sum(_ofRecords[r, k] ??= new ulong[Buckets], records);
            }
        }
    }

    private static void Sum(ulong[] sums, ulong[] others)
    {
        for (int i = 0; i < Buckets; i++)
            sums[i] += others[i];
    }

    private void AddRows(ReadOnlySpan<byte> page, TablespaceFile file)
    {
        if (_rows.Read(page) != null)
        {
            _isSpoiled = true;
            return;
        }

        for (int i = 0; i < _rows.Records.Count; i++)
        {
            if (_rows.Records[i].IsDeleteMarked || _rows.Records[i].IsMetadata)
                continue;
            ReadOnlySpan<FieldPlace> fields = _rows.FieldsOf(i);
            ulong row = HashOf(page, fields[.._rowKeyFields]);
            for (int k = 0; k < _keys.Count; k++)
            {
                if (!_isUnknown[k])
                    AddRow(page, fields, k, row, file);
            }
        }
    }

    private void AddRow(ReadOnlySpan<byte> page, ReadOnlySpan<FieldPlace> fields, int key, ulong row, TablespaceFile file)
    {
        _hash.Reset();
        foreach (KeyPartSource part in _keys[key].Parts)
        {
            FieldPlace place = fields[part.Field];
            if (place.State == FieldState.Missing)
            {
                _isUnknown[key] = true; // the default of an instantly added column is elsewhere
                return;
            }

            ReadOnlySpan<byte> value = page.Slice(place.Offset, place.Length);
            if (place.State == FieldState.OffPage && !TryReadPrefix(file, value, out value))
            {
                _isSpoiled = true;
                return;
            }

            Append(place.State == FieldState.Null, part.Take(value));
        }

        _ofRows[key][row % Buckets] += _hash.GetCurrentHashAsUInt64() | 1;
    }

    private static bool TryReadPrefix(TablespaceFile file, ReadOnlySpan<byte> value, out ReadOnlySpan<byte> whole)
    {
        ReadOnlySpan<byte> local = value[..^BlobReference.Length];
        try
        {
            whole = local.Length >= MostPrefix
                ? local : (byte[])[.. local, .. BlobChain.Read(file, value[^BlobReference.Length..], MostPrefix)];
            return true;
        }
        catch (InvalidDataException)
        {
            whole = [];
            return false;
        }
    }

    private void AddRecords(ReadOnlySpan<byte> page, int root)
    {
        for (int k = 0; k < _keys.Count; k++)
        {
            if (_isOther[root, k] || _readers[k] is not { } reader)
                continue;
            if (reader.Read(page) != null || !AddRecords(page, reader, root, k))
            {
                _isOther[root, k] = true;
                _ofRecords[root, k] = null;
            }
        }
    }

    private bool AddRecords(ReadOnlySpan<byte> page, LeafPage reader, int root, int key)
    {
        IReadOnlyList<KeyPartSource> parts = _keys[key].Parts;
        IReadOnlyList<RecordField> layout = _keys[key].Records!.Fields;
        ulong[] sums = _ofRecords[root, key] ??= new ulong[Buckets];
        Span<FieldPlace> rowKey = stackalloc FieldPlace[_rowKeyFields];
        for (int i = 0; i < reader.Records.Count; i++)
        {
            ReadOnlySpan<FieldPlace> fields = reader.FieldsOf(i);
            for (int f = 0; f < fields.Length; f++)
            {
                FieldPlace place = fields[f];
                bool isWrongLength = layout[f].FixedLength > 0 && place.State == FieldState.Value && place.Length != layout[f].FixedLength;
                if (isWrongLength || place.State is FieldState.Missing or FieldState.OffPage)
                    return false;
            }

            if (reader.Records[i].IsDeleteMarked)
                continue;
            for (int f = 0; f < fields.Length; f++)
            {
                if ((uint)parts[f].Field < (uint)_rowKeyFields)
                    rowKey[parts[f].Field] = fields[f];
            }

            ulong row = HashOf(page, rowKey);
            _hash.Reset();
            for (int f = 0; f < fields.Length; f++)
                Append(fields[f].State == FieldState.Null, parts[f].Take(page.Slice(fields[f].Offset, fields[f].Length)));
            sums[row % Buckets] += _hash.GetCurrentHashAsUInt64() | 1;
        }

        return true;
    }

    private ulong HashOf(ReadOnlySpan<byte> page, ReadOnlySpan<FieldPlace> fields)
    {
        _hash.Reset();
        foreach (FieldPlace place in fields)
            Append(place.State == FieldState.Null, page.Slice(place.Offset, place.Length));
        return _hash.GetCurrentHashAsUInt64();
    }

    private void Append(bool isNull, ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> length = [isNull ? (byte)1 : (byte)0, (byte)value.Length, (byte)(value.Length >> 8)];
        _hash.Append(length);
        if (!isNull)
            _hash.Append(value);
    }
}
