using System.Runtime.CompilerServices;

namespace MySqlRecovery.Changes;

/// <summary>
/// A list of many small records that are much like the one before: a few bytes each, packed in blocks. Made for going
/// through it in either direction; the block last looked at is kept unpacked.
/// </summary>
internal abstract class SpillingList<T>(SpillingStore store)
    where T : struct
{
    private const int PerBlock = 256;
    private readonly List<(long Place, int Length)> _blocks = [];
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

        _blocks.Add((store.Add(_target.Written), _target.Written.Length));
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
