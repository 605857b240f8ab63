using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Catalog;
using Xunit;

namespace MySqlRecovery.Core.Tests.Catalog;

/// <summary>Where keys are looked up: what is there is always found.</summary>
public class KeyIndexTests
{
    [Theory]
    [InlineData(1, 1, 20_000)]
    [InlineData(1000, 1, 20_000)]
    [InlineData(5000, 40, 50_000)]
    [InlineData(5000, 40, 12_000)]
    [InlineData(20_000, 1000, 14_000)]
    [InlineData(20_000, 1000, 60_000)]
    public void Every_key_is_found_in_its_stretch(int keys, int stretches, int bytes)
    {
        var random = new Random(keys + bytes);
        (ulong Hash, int Stretch)[] all = [.. Enumerable.Range(0, keys).Select(
            _ => ((ulong)random.NextInt64() << 1 ^ (ulong)random.NextInt64(), random.Next(stretches)))];
        KeyIndex index = KeyIndex.Write(
            [.. all.Select(k => KeyIndex.Pack(k.Hash, k.Stretch))], stretches, bytes, out ulong[] firsts, out byte[] pages)!;
        Assert.True(pages.Length + firsts.Length * 8 <= bytes, $"{pages.Length} of {bytes}");
        byte[] Page(int number) => pages[(number * KeyIndex.PageSize)..((number + 1) * KeyIndex.PageSize)];
        foreach ((ulong hash, int stretch) in all.Take(2000))
            Assert.Contains((uint)stretch >> index.Shift, index.Find(hash, firsts, Page));
        int found = Enumerable.Range(0, 1000).Sum(_ => index.Find((ulong)random.NextInt64() << 1, firsts, Page).Count);
        Assert.True(found < 3000, $"{found} stretches for 1000 keys that are not there");
    }

    [Fact]
    public void Without_room_there_is_no_index()
    {
        Assert.Null(KeyIndex.Write([.. Enumerable.Range(0, 100_000).Select(i => (ulong)i << 30)], 10, 5000, out _, out _));
    }

    [Fact]
    public void Integers_one_after_the_other_are_a_range()
    {
        Assert.Equal([(1L, 1000L)], KeyRanges.Of([.. Enumerable.Range(1, 1000).Select(i => (long)i)])!);
        Assert.Equal([(-5L, -1L), (70L, 73L)], KeyRanges.Of([73, 70, -5, -3, -1, 71])!);
        Assert.Null(KeyRanges.Of([.. Enumerable.Range(1, 1000).Select(i => i * 1000L)]));
        Assert.Equal([(long.MinValue, long.MinValue), (long.MaxValue, long.MaxValue)], KeyRanges.Of([long.MaxValue, long.MinValue])!);
    }

    /// <summary>Text that is equal without regard to case has one hash, whatever its letters are.</summary>
    [Fact]
    public void Letters_that_are_equal_without_regard_to_case_are_one()
    {
        var classes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < 0x11_0000; i++)
        {
            if (i is >= 0xD800 and < 0xE000)
                continue;
            string letter = char.ConvertFromUtf32(i);
            if (!classes.TryAdd(letter, letter))
                Assert.True(LogKey.Add(LogKey.Empty, letter) == LogKey.Add(LogKey.Empty, classes[letter]), $"U+{i:X4}");
        }
    }

    public static TheoryData<object, object> EqualKeys => new()
    {
        { 4711, "4711" },
        { -5, -5m },
        { (byte)7, 7.0 },
        { ulong.MaxValue, "18446744073709551615" },
        { long.MinValue, "-9223372036854775808" },
        { 5m, "5.00" },
        { 5.50m, "5.5" },
        { "Ärger", "äRGER" },
        { "4711", 4711 },
        { new byte[] { 1, 2 }, new byte[] { 1, 2 } },
        { new DateTime(2026, 11, 17, 20, 29, 59), "2026-11-17 20:29:59" },
        { new DateTime(2026, 11, 17, 20, 29, 59, DateTimeKind.Utc), "2026-11-17T20:29:59Z" },
        { new DateTime(2026, 11, 17, 20, 29, 59, DateTimeKind.Utc), new DateTimeOffset(2026, 11, 17, 22, 29, 59, TimeSpan.FromHours(2)) },
        { TimeSpan.FromMinutes(90), "01:30:00" },
        { (sbyte)1, true },
    };

    [Theory]
    [MemberData(nameof(EqualKeys))]
    public void What_a_user_gives_is_found_as_what_the_row_has(object actual, object expected)
    {
        Assert.True(RowValueComparison.AreEqual(actual, expected));
        bool isNumber = actual is decimal or int or byte or sbyte or ulong or long;
        Assert.Contains(LogKey.Of([[expected]], [isNumber])!, k => k.Hash == LogKey.Add(LogKey.Empty, actual));
    }
}
