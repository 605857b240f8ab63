using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MySqlRecovery.IO;

namespace MySqlRecovery.Restore;

/// <summary>
/// Numbers by key where what has the number knows its key: in memory there are the number and 16 bits of the key, and the whole key
/// is compared only where those are equal. In many small tables, so that none is large while it grows, and beside the heap of the
/// runtime, which would keep what they were before they grew.
/// </summary>
internal sealed class FoundNumbers : IDisposable
{
    private const int Tables = 1024;
    private const int FirstLength = 16;
    private const long MostExpected = 128 << 20;

    private readonly Func<int, UInt128> _keyOf;
    private readonly Table[] _tables = new Table[Tables];
    private readonly LargeBuffer _first;
    private readonly int _firstLength;

    /// <param name="keyOf">The key of a number that stands for one.</param>
    /// <param name="expected">How many there may be; what is too much takes no memory, and what is too little grows.</param>
    public FoundNumbers(Func<int, UInt128> keyOf, long expected)
    {
        _keyOf = keyOf;
        _firstLength = (int)Math.Max(FirstLength, Math.Min(expected, MostExpected) * 7 / 5 / Tables);
        _first = new LargeBuffer(Tables * _firstLength * Unsafe.SizeOf<Place>(), isZeroed: true);
    }

    public int Find(UInt128 key)
    {
        Span<Place> places = PlacesOf(key);
        return places[PlaceOf(places, key)].Number is > 0 and var number ? number - 1 : -1;
    }

    /// <summary>Has a key stand for a number; -1 for none. The row of the number that it stood for must still have the key.</summary>
    public void Set(UInt128 key, int number)
    {
        Span<Place> places = PlacesOf(key);
        int at = PlaceOf(places, key);
        if (places[at].Number == 0)
        {
            if (number < 0)
                return;
            if (++_tables[TableOf(key)].Used > places.Length * 4 / 5)
            {
                Grow(ref _tables[TableOf(key)], places);
                places = PlacesOf(key);
                at = PlaceOf(places, key);
            }
        }

        places[at] = new Place(MarkOf(key), number < 0 ? -1 : number + 1);
    }

    public void Dispose()
    {
        _first.Dispose();
        foreach (Table table in _tables)
            table.Grown?.Dispose();
        Array.Clear(_tables);
    }

    private static int TableOf(UInt128 key) => (int)(key >> 64) & Tables - 1;

    private static ushort MarkOf(UInt128 key) => (ushort)key;

    private Span<Place> PlacesOf(UInt128 key) => _tables[TableOf(key)].Grown is { } grown ? MemoryMarshal.Cast<byte, Place>(grown.Span)
        : MemoryMarshal.Cast<byte, Place>(_first.Span).Slice(TableOf(key) * _firstLength, _firstLength);

    private int PlaceOf(ReadOnlySpan<Place> places, UInt128 key)
    {
        ushort mark = MarkOf(key);
        int at = Start(mark, places.Length);
        while (places[at].Number != 0 && (places[at].Number < 0 || places[at].Mark != mark || _keyOf(places[at].Number - 1) != key))
            at = at + 1 == places.Length ? 0 : at + 1;
        return at;
    }

    private static int Start(ushort mark, int length) => (int)((long)mark * length >> 16);

    private static void Grow(ref Table table, ReadOnlySpan<Place> places)
    {
        int used = 0;
        foreach (Place place in places)
            used += place.Number > 0 ? 1 : 0;
        int length = used > places.Length / 2 ? places.Length * 5 / 4 : places.Length;
        var grown = new LargeBuffer(length * Unsafe.SizeOf<Place>(), isZeroed: true);
        Span<Place> others = MemoryMarshal.Cast<byte, Place>(grown.Span);
        foreach (Place place in places)
        {
            if (place.Number <= 0)
                continue;
            int at = Start(place.Mark, length);
            while (others[at].Number != 0)
                at = at + 1 == length ? 0 : at + 1;
            others[at] = place;
        }

        table.Grown?.Dispose();
        table = new Table { Grown = grown, Used = used + 1 };
    }

    private struct Table
    {
        /// <summary>Where its places are once there were too few at first.</summary>
        public LargeBuffer? Grown { get; init; }

        public int Used { get; set; }
    }

    /// <param name="Mark">16 bits of the key.</param>
    /// <param name="Number">
    /// The number with one added; 0 for a free place, -1 for one of which the key stands for nothing any more.
    /// </param>
    [StructLayout(LayoutKind.Sequential, Pack = 2)]
    private readonly record struct Place(ushort Mark, int Number);
}
