using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Catalog;

/// <summary>A catalog that is there, read as far as it is asked. Whatever of it cannot be believed is as if it were not there.</summary>
internal sealed class CatalogFile : ILogCatalog
{
    private readonly ByteSource _file;
    private readonly CatalogLayout _layout;
    private readonly ByteSource _log;
    private readonly Action<string> _misfit;
    private readonly Action<long> _passed;
    private readonly KeyBytes _bytes;
    private readonly Dictionary<ulong, HashSet<uint>?> _found = [];
    private LogStretch[]? _stretches;
    private Dictionary<LogStretch, int>? _numbers;
    private ulong[]? _firsts;
    private long _passedBytes;
    private bool _isDamaged;

    /// <param name="file">The catalog; disposed of with this.</param>
    /// <param name="layout">Its first part.</param>
    /// <param name="log">The log.</param>
    /// <param name="misfit">Is told what is wrong with it.</param>
    /// <param name="passed">Is told how many bytes of the log were not read, in the end.</param>
    public CatalogFile(ByteSource file, CatalogLayout layout, ByteSource log, Action<string> misfit, Action<long> passed) =>
        (_file, _layout, _log, _misfit, _passed, _bytes) = (file, layout, log, misfit, passed, new KeyBytes(log));

    public LogStretch? Whole => _layout.HasGaps || _isDamaged ? null : _layout.Sum;

    [MethodImpl(Jit.Hot)]
    public long? NextStart(long position)
    {
        if (_isDamaged || _layout.StretchCount == 0 || position >= _layout.End)
            return null;
        if (position <= _layout.Sum.Start)
            return _layout.Sum.Start;
        LogStretch[] all = Stretches();
        int at = IndexOf(all, position);
        return at < all.Length ? all[at].Start : null;
    }

    [MethodImpl(Jit.Hot)]
    public LogStretch? At(long position)
    {
        LogStretch[] all = Stretches();
        int at = IndexOf(all, position);
        return at < all.Length && all[at].Start == position ? all[at] : null;
    }

    public LogTable Table(int number) => _layout.Tables[number];

    [MethodImpl(Jit.Hot)]
    public bool MayHave(LogStretch stretch, int table, IReadOnlyList<LogKey> keys)
    {
        TableStretch rows = stretch.Table(table)!;
        if (rows.EventCount == 0)
            return false;
        if (rows.Keys == KeyPlace.None)
            return true;
        LogTable named = Table(table);
        bool hasBytes = !ReferenceEquals(stretch, _layout.Sum) && !stretch.IsCompressed;
        foreach (LogKey key in keys)
        {
            if (IsListed(stretch, rows, named, key) && !(hasBytes && _bytes.Lack(stretch, named, key)))
                return true;
        }

        return false;
    }

    [MethodImpl(Jit.Hot)]
    public bool IsIntact(LogStretch stretch)
    {
        if (LogIdentity.BytesBefore(_log, stretch.End) == stretch.Border)
            return true;
        Damaged("the log is not what it was");
        return false;
    }

    /// <summary>Whether all that has grown is what it was, as far as some of the bytes of each stretch tell.</summary>
    public bool IsUnchanged() => Array.TrueForAll(
        Stretches(), s => LogIdentity.BytesBefore(_log, s.End) == s.Border
            && LogIdentity.BytesBefore(_log, s.Sample.Position) == s.Sample.Bytes);

    /// <summary>Whether all of it can be believed.</summary>
    public bool IsSound()
    {
        _ = Stretches();
        try
        {
            _firsts = _layout.Index == null ? [] : ReadFirsts(_layout.Index);
            for (int page = 0; page < _firsts.Length; page++)
                KeyIndex.Check(ReadPage(page));
        }
        catch (Exception e) when (MalformedData.Is(e) || e is RecoveryException)
        {
            Damaged(e.Message);
        }

        return !_isDamaged;
    }

    public void Pass(LogStretch stretch) => _passedBytes += stretch.End - stretch.Start;

    public void Dispose()
    {
        _passed(_passedBytes);
        _file.Dispose();
    }

    // Whether the catalog does not rule a key out.
    [MethodImpl(Jit.Hot)]
    private bool IsListed(LogStretch stretch, TableStretch rows, LogTable table, in LogKey key)
    {
        if (rows.Keys != KeyPlace.Index && key.Integer is { } integer)
        {
            foreach ((long first, long last) in rows.Ranges)
            {
                if (integer >= first && integer <= last)
                    return true;
            }
        }

        return rows.Keys != KeyPlace.Ranges && (Find(LogKey.In(table.Hash, key.Hash)) is not { } found
            || (ReferenceEquals(stretch, _layout.Sum) ? found.Count > 0
                : found.Contains((uint)_numbers![stretch] >> _layout.Index!.Shift)));
    }

    [MethodImpl(Jit.Hot)]
    private static int IndexOf(LogStretch[] all, long position)
    {
        int low = 0, high = all.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (all[middle].Start < position)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    [MethodImpl(Jit.Hot)]
    private LogStretch[] Stretches()
    {
        if (_stretches != null)
            return _stretches;
        try
        {
            var bytes = new byte[_layout.StretchLength];
            if (_file.Read(_layout.Length, bytes) < bytes.Length || Crc32C.Compute(bytes) != _layout.StretchChecksum)
                throw new InvalidDataException("it is damaged");
            var from = new VarReader(bytes);
            var codec = new StretchCodec();
            var all = new LogStretch[_layout.StretchCount];
            for (int i = 0; i < all.Length; i++)
                all[i] = codec.Read(ref from);
            _numbers = new(ReferenceEqualityComparer.Instance);
            for (int i = 0; i < all.Length; i++)
                _numbers.Add(all[i], i);
            return _stretches = all;
        }
        catch (Exception e) when (MalformedData.Is(e) || e is RecoveryException)
        {
            Damaged(e.Message);
            return _stretches = [];
        }
    }

    // Null: anywhere.
    private HashSet<uint>? Find(ulong hash)
    {
        if (_layout.Index is not { } index || _isDamaged)
            return null;
        if (_found.TryGetValue(hash, out HashSet<uint>? found))
            return found;
        try
        {
            found = index.Find(hash, _firsts ??= ReadFirsts(index), ReadPage);
        }
        catch (Exception e) when (MalformedData.Is(e) || e is RecoveryException)
        {
            Damaged(e.Message);
        }

        return _found[hash] = found;
    }

    private ulong[] ReadFirsts(KeyIndex index)
    {
        var bytes = new byte[index.PageCount * sizeof(ulong)];
        if (_file.Read(_layout.FirstsOffset, bytes) < bytes.Length || Crc32C.Compute(bytes) != _layout.FirstsChecksum)
            throw new InvalidDataException("its index is damaged");
        var firsts = new ulong[index.PageCount];
        for (int i = 0; i < firsts.Length; i++)
            firsts[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)));
        return firsts;
    }

    private byte[] ReadPage(int page)
    {
        var bytes = new byte[KeyIndex.PageSize];
        return _file.Read(_layout.PagesOffset + (long)page * KeyIndex.PageSize, bytes) == bytes.Length
            ? bytes : throw new InvalidDataException("it is damaged");
    }

    private void Damaged(string what)
    {
        if (!_isDamaged)
            _misfit(what);
        _isDamaged = true;
    }
}
