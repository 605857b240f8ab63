using MySqlRecovery.Restore;
using Xunit;

namespace MySqlRecovery.Core.Tests.Restore;

public sealed class KeyNumbersTests
{
    [Fact]
    public void Keys_stand_for_what_they_were_last_given()
    {
        var numbers = new KeyNumbers();
        var expected = new Dictionary<UInt128, int>();
        var random = new Random(7);
        for (int i = 0; i < 50_000; i++)
        {
            // Keys that share their low bits land in one place.
            UInt128 key = (UInt128)(ulong)random.Next(3000) << 64 | (ulong)random.Next(20) << 12;
            int number = random.Next(4) == 0 ? -1 : i;
            numbers.Set(key, number);
            expected[key] = number;
            Assert.Equal(number, numbers.Find(key));
        }

        Assert.All(expected, e => Assert.Equal(e.Value, numbers.Find(e.Key)));
        Assert.Equal(-1, numbers.Find(UInt128.MaxValue));
    }
}
