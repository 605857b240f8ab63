namespace MySqlRecovery.Restore;

/// <summary>
/// Numbers by key where what has the number knows its key: in memory there are the number and 32 bits of the key, and the
/// whole key is compared only where those are equal. In many small tables, so that none is large while it grows.
/// </summary>
/// <param name="keyOf">The key of a number that stands for one.</param>
internal sealed class FoundNumbers(Func<int, UInt128> keyOf)
{
    private const int Tables = 1024;
    private const int FirstLength = 16;

    // A number is kept with one added; 0 is a free place, -1 one of which the key stands for nothing any more.
    private readonly (uint[] Marks, int[] Numbers, int Used)[] _tables = new (uint[], int[], int)[Tables];

    public int Find(UInt128 key)
    {
        ref (uint[] Marks, int[] Numbers, int Used) table = ref TableOf(key);
        return table.Numbers != null && PlaceOf(table.Marks, table.Numbers, key) is var at && table.Numbers[at] > 0
            ? table.Numbers[at] - 1 : -1;
    }

    /// <summary>Has a key stand for a number; -1 for none. The row of the number that it stood for must still have the key.</summary>
    public void Set(UInt128 key, int number)
    {
        ref (uint[] Marks, int[] Numbers, int Used) table = ref TableOf(key);
        if (table.Numbers == null)
            (table.Marks, table.Numbers) = (new uint[FirstLength], new int[FirstLength]);
        int at = PlaceOf(table.Marks, table.Numbers, key);
        if (table.Numbers[at] == 0)
        {
            if (number < 0)
                return;
            if (++table.Used > table.Numbers.Length * 4 / 5)
            {
                Grow(ref table);
                at = PlaceOf(table.Marks, table.Numbers, key);
            }

            table.Marks[at] = MarkOf(key);
        }

        table.Numbers[at] = number < 0 ? -1 : number + 1;
    }

    private ref (uint[] Marks, int[] Numbers, int Used) TableOf(UInt128 key) => ref _tables[(int)(key >> 64) & Tables - 1];

    private static uint MarkOf(UInt128 key) => (uint)key;

    private int PlaceOf(uint[] marks, int[] numbers, UInt128 key)
    {
        uint mark = MarkOf(key);
        int at = Start(mark, numbers.Length);
        while (numbers[at] != 0 && (numbers[at] < 0 || marks[at] != mark || keyOf(numbers[at] - 1) != key))
            at = at + 1 == numbers.Length ? 0 : at + 1;
        return at;
    }

    private static int Start(uint mark, int length) => (int)((ulong)mark * (ulong)length >> 32);

    private static void Grow(ref (uint[] Marks, int[] Numbers, int Used) table)
    {
        (uint[] marks, int[] numbers) = (table.Marks, table.Numbers);
        int used = 0;
        foreach (int number in numbers)
            used += number > 0 ? 1 : 0;
        int length = used > numbers.Length / 2 ? numbers.Length * 5 / 4 : numbers.Length;
        table = (new uint[length], new int[length], used + 1);
        for (int i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] <= 0)
                continue;
            int at = Start(marks[i], length);
            while (table.Numbers[at] != 0)
                at = at + 1 == length ? 0 : at + 1;
            (table.Marks[at], table.Numbers[at]) = (marks[i], numbers[i]);
        }
    }
}
