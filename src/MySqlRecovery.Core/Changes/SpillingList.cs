using System.Runtime.CompilerServices;
using MySqlRecovery.IO;

namespace MySqlRecovery.Changes;

/// <summary>
/// A list of many small records that are much like the one before: a few bytes each, packed in blocks. Made for going
/// through it in either direction; the block last looked at is kept unpacked.
/// </summary>
internal abstract class SpillingList<T>(SpillingStore store)
    where T : struct
{
    private const int PerBlock = 256;
    private readonly List<PackedBlock> _blocks = [];
    private readonly T[] _open = new T[PerBlock];
    private readonly T[] _unpacked = new T[PerBlock];
    private readonly VariableWriter _target = new();
    private byte[] _bytes = [];
    private int _unpackedBlock = -1;

    public int Count { get; private set; }

    public T this[int index]
    {
        [MethodImpl(Jit.Hot)]
        get
        {
            int block = index / PerBlock;
            if (block == _blocks.Count)
                return _open[index % PerBlock];
            if (block != _unpackedBlock)
                Unpack(block);
            return _unpacked[index % PerBlock];
        }
    }

    [MethodImpl(Jit.Hot)]
    public void Add(in T item)
    {
        _open[Count++ % PerBlock] = item;
        if (Count % PerBlock == 0)
            Pack();
    }

    /// <summary>Writes a record as what it differs in from the one before, the first of a block from an empty one.</summary>
    protected abstract void Pack(in T item, in T previous, VariableWriter target);

    /// <summary>The reverse of <see cref="Pack(in T, in T, VariableWriter)"/>.</summary>
    protected abstract T Unpack(in T previous, ref VariableReader source);

    [MethodImpl(Jit.Hot)]
    private void Pack()
    {
        _target.Clear();
        T previous = default;
        foreach (T item in _open)
        {
            Pack(item, previous, _target);
            previous = item;
        }

        _blocks.Add(new PackedBlock(store.Add(_target.Written), _target.Written.Length));
    }

    [MethodImpl(Jit.Hot)]
    private void Unpack(int block)
    {
        (long place, int length) = _blocks[block];
        if (_bytes.Length < length)
            _bytes = new byte[2 * length];
        store.Read(place, _bytes.AsSpan(0, length));
        var source = new VariableReader(_bytes.AsSpan(0, length));
        T previous = default;
        for (int i = 0; i < PerBlock; i++)
            previous = _unpacked[i] = Unpack(previous, ref source);
        _unpackedBlock = block;
    }
}

/// <summary>Where a block of a list is kept.</summary>
internal sealed record PackedBlock(long Place, int Length);

/// <summary>Keeps blocks of bytes: in memory up to a bound, in a temporary file beyond it.</summary>
/// <param name="maximumMemory">The bound in bytes.</param>
internal sealed class SpillingStore(long maximumMemory) : IDisposable
{
    private const int ChunkLength = 256 << 10;
    private readonly List<byte[]> _chunks = [];
    private int _used = ChunkLength;
    private SpoolFile? _spool;

    /// <summary>Stores a block of at most 64 KiB and gives where it is.</summary>
    [MethodImpl(Jit.Hot)]
    public long Add(ReadOnlySpan<byte> block)
    {
        if (_used + block.Length > ChunkLength)
        {
            if ((_chunks.Count + 1L) * ChunkLength > maximumMemory)
            {
                _spool ??= SpoolFile.Create();
                long at = _spool.Length;
                _spool.Append(block);
                return ~at;
            }

            _chunks.Add(new byte[ChunkLength]);
            _used = 0;
        }

        block.CopyTo(_chunks[^1].AsSpan(_used));
        _used += block.Length;
        return ((long)(_chunks.Count - 1) * ChunkLength) + _used - block.Length;
    }

    /// <summary>Fetches a block.</summary>
    [MethodImpl(Jit.Hot)]
    public void Read(long place, Span<byte> block)
    {
        if (place < 0)
            _spool!.Read(~place, block);
        else
            _chunks[(int)(place / ChunkLength)].AsSpan((int)(place % ChunkLength), block.Length).CopyTo(block);
    }

    public void Dispose() => _spool?.Dispose();
}

/// <summary>Reads what a <see cref="VariableWriter"/> wrote.</summary>
internal ref struct VariableReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Read()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = _bytes[_position++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long ReadSigned()
    {
        ulong value = Read();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }
}

/// <summary>Writes numbers in as few bytes as they need, seven bits each.</summary>
internal sealed class VariableWriter
{
    private byte[] _bytes = new byte[4096];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ulong value)
    {
        if (_bytes.Length - _length < 10)
            Array.Resize(ref _bytes, 2 * _bytes.Length);
        for (; value >= 0x80; value >>= 7)
            _bytes[_length++] = (byte)(value | 0x80);
        _bytes[_length++] = (byte)value;
    }

    /// <summary>Writes a number that may be negative: the sign goes to the lowest bit.</summary>
    public void WriteSigned(long value) => Write((ulong)((value << 1) ^ (value >> 63)));
}
