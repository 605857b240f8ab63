using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MySqlRecovery.IO;

namespace MySqlRecovery.Catalog;

/// <summary>
/// Hashes of keys, each with the stretch that has it, sorted: one page tells all stretches that may have a key. The fewer bytes there
/// are for a key, the fewer bits of its hash and of its stretch's number are kept.
/// </summary>
/// <param name="PageCount">Pages of <see cref="PageSize"/> bytes: CRC-32C 4, entries 2, then the entries in bits.</param>
/// <param name="Slots">Numbers that a hash can become.</param>
/// <param name="RemainderBits">Bits of the distance to the number before that are written as they are.</param>
/// <param name="StretchBits">Bits of a stretch's number that are kept.</param>
/// <param name="Shift">Low bits of it that are not.</param>
internal sealed record KeyIndex(int PageCount, ulong Slots, int RemainderBits, int StretchBits, int Shift)
{
    public const int PageSize = 4096;
    private const int PageHeader = 6, HashBits = 40, MaximumRemainder = 16, MaximumQuotient = 4096, PeekedBits = 56;

    /// <summary>Bits of a stretch's number beside which a hash is packed.</summary>
    public const int NumberBits = 64 - HashBits;

    /// <summary>A key and its stretch in one number, by which they are sorted.</summary>
    public static ulong Pack(ulong hash, int stretch) => hash >> NumberBits << NumberBits | (uint)stretch;

    /// <summary>Writes what fits; null where no bits are left for it.</summary>
    /// <param name="entries">Keys as <see cref="Pack"/> makes them; sorted after.</param>
    /// <param name="stretches">How many stretches there are.</param>
    /// <param name="bytes">The bytes that it may take.</param>
    /// <param name="firsts">The first number of each page.</param>
    /// <param name="pages">The pages.</param>
    public static KeyIndex? Write(List<ulong> entries, int stretches, long bytes, out ulong[] firsts, out byte[] pages)
    {
        (firsts, pages) = ([], []);
        if (entries.Count == 0)
            return null;
        int wholeBits = BitOperations.Log2((uint)Math.Max(stretches - 1, 0) << 1);
        // An entry takes some two bits more than those of its remainder and its stretch.
        double bits = (bytes - PageSize) * 8 * 0.97 / entries.Count - 2.1;
        if (bits < 0)
            return null;
        int shift = bits >= wholeBits ? 0 : (int)Math.Ceiling(wholeBits - bits);
        double left = bits - (wholeBits - shift);
        int remainder = Math.Min((int)left, MaximumRemainder);
        while (remainder > 0 && (ulong)entries.Count << remainder > 1UL << HashBits - 1)
            remainder--;
        // A part of a bit more makes that part more numbers: the ones before an entry are as many more.
        double slots = Math.ScaleB(entries.Count, remainder) * (1 + Math.Min(left - remainder, 1));
        var index = new KeyIndex(0, (ulong)slots, remainder, wholeBits - shift, shift);
        Span<ulong> all = CollectionsMarshal.AsSpan(entries);
        all.Sort();
        var writer = new PageWriter(index);
        index.Write(all, writer);
        (firsts, pages) = writer.Complete();
        return index with { PageCount = firsts.Length };
    }

    [MethodImpl(Jit.Hot)]
    private void Write(ReadOnlySpan<ulong> entries, PageWriter writer)
    {
        var group = new List<uint>();
        ulong last = ulong.MaxValue;
        foreach (ulong entry in entries)
        {
            ulong slot = SlotOf(entry);
            uint number = (uint)(entry & ((1UL << NumberBits) - 1)) >> Shift;
            if (slot != last)
                group.Clear();
            last = slot;
            if (group.Contains(number))
                continue;
            group.Add(number);
            writer.Add(slot, number);
        }
    }

    /// <summary>Numbers of the stretches, without the bits that are not kept, that may have a key.</summary>
    /// <param name="hash">The key's hash.</param>
    /// <param name="firsts">The first number of each page.</param>
    /// <param name="readPage">Reads a page.</param>
    /// <exception cref="InvalidDataException">A page is damaged.</exception>
    public HashSet<uint> Find(ulong hash, ulong[] firsts, Func<int, byte[]> readPage)
    {
        var found = new HashSet<uint>();
        ulong slot = SlotOf(hash);
        // Equal ones may begin on the page before.
        int page = Array.BinarySearch(firsts, slot);
        page = page >= 0 ? page : ~page - 1;
        while (page > 0 && firsts[page] == slot)
            page--;
        for (page = Math.Max(page, 0); page < firsts.Length && firsts[page] <= slot; page++)
            Find(slot, firsts[page], readPage(page), found);
        return found;
    }

    /// <summary>Throws where a page is damaged.</summary>
    public static void Check(byte[] page)
    {
        if (Crc32C.Compute(page.AsSpan(4)) != BinaryPrimitives.ReadUInt32LittleEndian(page))
            throw new InvalidDataException("a page of its index is damaged");
    }

    [MethodImpl(Jit.Hot)]
    private void Find(ulong slot, ulong first, byte[] page, HashSet<uint> found)
    {
        Check(page);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(4));
        int at = PageHeader * 8;
        ulong present = first;
        for (int i = 0; i < count && present <= slot; i++)
        {
            ulong quotient = ReadOnes(page, ref at);
            present += quotient << RemainderBits | ReadBits(page, ref at, RemainderBits);
            uint number = (uint)ReadBits(page, ref at, StretchBits);
            if (present == slot)
                found.Add(number);
        }
    }

    private ulong SlotOf(ulong hash) => (ulong)((UInt128)(hash >> NumberBits) * Slots >> HashBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadBits(byte[] page, ref int at, int count)
    {
        ulong value = Peek(page, at) & (1UL << count) - 1;
        at += count;
        return value;
    }

    // Ones to the next zero, which is read as well.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadOnes(byte[] page, ref int at)
    {
        ulong ones = 0;
        while (true)
        {
            int here = BitOperations.TrailingZeroCount(~Peek(page, at));
            if (here < PeekedBits)
            {
                at += here + 1;
                return ones + (ulong)here;
            }

            ones += PeekedBits;
            at += PeekedBits;
        }
    }

    // The bits from here on: at least as many as are ever read at once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Peek(byte[] page, int at)
    {
        int from = at >> 3;
        return from + sizeof(ulong) <= page.Length
            ? BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(from)) >> (at & 7) : PeekLast(page, at);
    }

    private static ulong PeekLast(byte[] page, int at)
    {
        Span<byte> last = stackalloc byte[sizeof(ulong)];
        last.Clear();
        page.AsSpan(Math.Min(at >> 3, page.Length)).CopyTo(last);
        return BinaryPrimitives.ReadUInt64LittleEndian(last) >> (at & 7);
    }

    private sealed class PageWriter(KeyIndex index)
    {
        private readonly List<byte[]> _pages = [];
        private readonly List<ulong> _firsts = [];
        private byte[] _page = new byte[PageSize];
        private int _at;
        private int _count;
        private ulong _last;

        [MethodImpl(Jit.Hot)]
        public void Add(ulong slot, uint number)
        {
            ulong quotient = slot - _last >> index.RemainderBits;
            int bits = (int)Math.Min(quotient, MaximumQuotient) + 1 + index.RemainderBits + index.StretchBits;
            if (_count == 0 || quotient >= MaximumQuotient || _at + bits > PageSize * 8)
            {
                EndPage();
                _firsts.Add(slot);
                (_last, _at, quotient) = (slot, PageHeader * 8, 0);
            }

            for (; quotient >= 32; quotient -= 32)
                WriteBits(uint.MaxValue, 32);
            // Ones, and the zero that ends them.
            WriteBits((1UL << (int)quotient) - 1, (int)quotient + 1);
            WriteBits(slot - _last & (1UL << index.RemainderBits) - 1, index.RemainderBits);
            WriteBits(number, index.StretchBits);
            (_last, _count) = (slot, _count + 1);
        }

        public (ulong[] Firsts, byte[] Pages) Complete()
        {
            EndPage();
            return ([.. _firsts], [.. _pages.SelectMany(p => p)]);
        }

        private void EndPage()
        {
            if (_count == 0)
                return;
            BinaryPrimitives.WriteUInt16LittleEndian(_page.AsSpan(4), (ushort)_count);
            BinaryPrimitives.WriteUInt32LittleEndian(_page, Crc32C.Compute(_page.AsSpan(4)));
            _pages.Add(_page);
            _page = new byte[PageSize];
            _count = 0;
        }

        [MethodImpl(Jit.Hot)]
        private void WriteBits(ulong value, int count)
        {
            for (int left = count; left > 0;)
            {
                int here = Math.Min(8 - (_at & 7), left);
                _page[_at >> 3] |= (byte)((value & (1UL << here) - 1) << (_at & 7));
                value >>= here;
                left -= here;
                _at += here;
            }
        }
    }
}
