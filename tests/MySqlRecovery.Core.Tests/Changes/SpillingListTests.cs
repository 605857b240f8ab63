using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

public class SpillingListTests
{
    private const int Count = 10_000;

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(0)]
    [InlineData(300 << 10)]
    public void Events_come_back_in_either_direction_from_memory_and_from_the_temporary_file(long maximumMemory)
    {
        using var store = new SpillingStore(maximumMemory);
        var list = new IndexedEvent.List(store);
        IndexedEvent[] expected = [.. Enumerable.Range(0, Count).Select(MakeEvent)];
        foreach (IndexedEvent item in expected)
            list.Add(item);

        Assert.Equal(expected, Enumerable.Range(0, list.Count).Select(i => list[i]));
        Assert.Equal(expected.Reverse(), Enumerable.Range(1, list.Count).Select(i => list[^i]));
    }

    [Fact]
    public void Transactions_come_back_with_the_largest_values_there_are()
    {
        using var store = new SpillingStore(long.MaxValue);
        var list = new IndexedTransaction.List(store);
        IndexedTransaction[] expected =
        [
            .. Enumerable.Range(0, Count).Select(i => new IndexedTransaction(
                i, (IndexedTransactionKind)(i % 3), i % 2 == 0 ? uint.MaxValue : 0, i % 7, i % 5 == 0 ? long.MaxValue : i, (i % 4) - 1,
                i % 3 == 0 ? ulong.MaxValue : (ulong)i)),
        ];
        foreach (IndexedTransaction item in expected)
            list.Add(item);

        Assert.Equal(expected, Enumerable.Range(0, list.Count).Select(i => list[i]));
    }

    [Fact]
    public void Events_that_follow_each_other_take_ten_bytes_each()
    {
        using var inMemory = new SpillingStore(256 << 10);
        var list = new IndexedEvent.List(inMemory);
        for (int i = 0; i < 20_000; i++)
            list.Add(new IndexedEvent(BinlogEventType.UpdateRows, 4 + (i * 500L), 200, 150, 150, 1, 0, i % 2, i));

        // All fit below the bound: the next block would too.
        Assert.True(inMemory.Add(new byte[20_000]) >= 0);
    }

    // Numbers that go up and down, small and large.
    private static IndexedEvent MakeEvent(int i)
    {
        int length = 100 + (i * 7919 % 100_000) + (i % 100 == 0 ? 1 << 30 : 0);
        int allRows = length - 40 - (i % 60);
        return new IndexedEvent(
            (BinlogEventType)(30 + (i % 3)), (i * 104_729L * 104_729L) & long.MaxValue, length, allRows, allRows - (i % 3), 1 + (i % 1000),
            i % 4, i % 1500, i / 3);
    }
}
