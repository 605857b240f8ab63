using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;

namespace MySqlRecovery.Restore;

/// <summary>What all changes of one row come to: the row as the first of them found it, and as the last one left it.</summary>
/// <param name="Map">Index into the index's maps.</param>
/// <param name="First">The image of before; without length where there was no row.</param>
/// <param name="Last">The image of after; without length where there is no row.</param>
/// <param name="LastHash">Hash of the last image, to see whether the next change found it so.</param>
/// <param name="Transaction">Number of the transaction that changed it last.</param>
/// <param name="Next">Number of another row with the same last image, in a table without key; -1 for none.</param>
/// <param name="Flags">What else is to be known.</param>
/// <param name="Key">What it was last found by.</param>
/// <param name="Cause">Number of the cause why nothing can be done with one of its changes; 0 for none.</param>
internal readonly record struct NetChange(
    int Map, FoldedRow.Image First, FoldedRow.Image Last, UInt128 LastHash, int Transaction, int Next, NetChangeFlags Flags, byte Cause,
    UInt128 Key = default)
{
    /// <summary>Whether nothing is left of the changes.</summary>
    public bool IsNothing => !First.IsRow && !Last.IsRow;
}

/// <summary>What else is to be known of a row.</summary>
[Flags]
internal enum NetChangeFlags
{
    None = 0,

    /// <summary>Something that was not chosen changed it in between.</summary>
    Interrupted = 1,

    /// <summary>The images have not all columns.</summary>
    Partial = 2,

    /// <summary>The columns of the table changed in between.</summary>
    Reshaped = 4,

    /// <summary>The key changed in between, be it that it changed back; or the row is gone, and another one took its key.</summary>
    Moved = 8,

    /// <summary>The images do not even have the key.</summary>
    Unnamed = 16,

    /// <summary>The rows are no images of a log, but values that a server gave.</summary>
    Packed = 32,

    /// <summary>A foreign key deleted the row, which the log does not say.</summary>
    Cascaded = 64,

    /// <summary>The first change of the row took all rows that were equal to it.</summary>
    Swept = 128,

    /// <summary>Nobody looked for what others did to the row since, on which the verdict that it came with depends.</summary>
    Unfollowed = 256,
}

/// <summary>
/// Rows of any number: all but the last thousands are in a temporary file. In memory a row takes some ten to twenty bytes, by
/// which it is found again.
/// </summary>
internal sealed class NetChangeStore : IDisposable
{
    private const int Tail = 4096;
    private static readonly int Size = Unsafe.SizeOf<NetChange>();

    private readonly NetChange[] _tail = new NetChange[Tail];
    private readonly SpoolFile _file = SpoolFile.Create();
    private readonly FoundNumbers _numbers;
    private int _written;

    /// <param name="expected">How many rows there may be.</param>
    public NetChangeStore(long expected) => _numbers = new FoundNumbers(number => this[number].Key, expected);

    public int Count { get; private set; }

    public NetChange this[int number]
    {
        get => number >= _written ? _tail[number - _written] : Read(number);
        set
        {
            if (number >= _written)
                _tail[number - _written] = value;
            else
                _file.Overwrite(number * (long)Size, MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in value, 1)));
        }
    }

    /// <summary>Adds a row and gives its number.</summary>
    public int Add(in NetChange change)
    {
        if (Count - _written == Tail)
        {
            _file.Append(MemoryMarshal.AsBytes(_tail.AsSpan()));
            _written = Count;
        }

        _tail[Count - _written] = change;
        return Count++;
    }

    /// <summary>The number that a key stands for; -1 for none.</summary>
    public int Find(UInt128 key) => _numbers.Find(key);

    /// <summary>Has a key stand for a number, whose row must have it; -1 for none.</summary>
    public void Set(UInt128 key, int number) => _numbers.Set(key, number);

    public void Dispose()
    {
        _file.Dispose();
        _numbers.Dispose();
    }

    private NetChange Read(int number)
    {
        NetChange change = default;
        _file.Read(number * (long)Size, MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref change, 1)));
        return change;
    }
}

/// <summary>
/// Numbers by the hash of a key, in open addressing. Of the 128 bits of the hash 96 are kept, which not even chosen keys make
/// equal within a lifetime of trying.
/// </summary>
internal sealed class KeyNumbers
{
    private ulong[] _low = new ulong[1024];
    private uint[] _high = new uint[1024];
    private int[] _numbers = new int[1024];
    private int _count;

    public int Find(UInt128 key)
    {
        int at = PlaceOf(key);
        return _numbers[at] > 0 ? _numbers[at] - 1 : -1;
    }

    public void Set(UInt128 key, int number)
    {
        int at = PlaceOf(key);
        if (_numbers[at] == 0)
        {
            if (number < 0)
                return;
            if (++_count > _numbers.Length * 3 / 4)
            {
                Grow();
                at = PlaceOf(key);
            }

            (_low[at], _high[at]) = ((ulong)key, (uint)(key >> 64));
        }

        // A key that stands for nothing any more keeps its place, so that those after it are found.
        _numbers[at] = number < 0 ? -1 : number + 1;
    }

    private int PlaceOf(UInt128 key)
    {
        ulong low = (ulong)key;
        uint high = (uint)(key >> 64);
        int mask = _numbers.Length - 1;
        int at = (int)low & mask;
        while (_numbers[at] != 0 && (_low[at] != low || _high[at] != high))
            at = at + 1 & mask;
        return at;
    }

    private void Grow()
    {
        (ulong[] low, uint[] high, int[] numbers) = (_low, _high, _numbers);
        _low = new ulong[2 * low.Length];
        _high = new uint[2 * low.Length];
        _numbers = new int[2 * low.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] == 0)
                continue;
            int at = PlaceOf((UInt128)high[i] << 64 | low[i]);
            (_low[at], _high[at], _numbers[at]) = (low[i], high[i], numbers[i]);
        }
    }
}
