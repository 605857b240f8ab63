using MySqlRecovery.Restore;
using Xunit;

namespace MySqlRecovery.Core.Tests.Restore;

public sealed class FoundNumbersTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(20_000)]
    [InlineData(1_000_000)]
    public void Numbers_are_found_by_the_keys_that_they_have_whatever_was_expected(int count)
    {
        var keys = new List<UInt128>();
        using var numbers = new FoundNumbers(n => keys[n], count);
        var expected = new Dictionary<UInt128, int>();
        var random = new Random(7);
        for (int i = 0; i < 50_000; i++)
        {
            // Keys that share their low 32 bits, and keys that share their table.
            UInt128 key = (UInt128)(ulong)random.Next(3000) << 64 | (ulong)random.Next(3) << 40 | (ulong)random.Next(20);
            keys.Add(key);
            int number = random.Next(4) == 0 ? -1 : i;
            numbers.Set(key, number);
            expected[key] = number;
            Assert.Equal(number, numbers.Find(key));
        }

        Assert.All(expected, e => Assert.Equal(e.Value, numbers.Find(e.Key)));
        Assert.Equal(-1, numbers.Find(UInt128.MaxValue));
    }
}
