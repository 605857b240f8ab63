using MySqlRecovery.IO;
using Xunit;

namespace MySqlRecovery.Core.Tests.IO;

public sealed class GrowingSourceTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly GrowingSource _source;

    public GrowingSourceTests() => _source = new GrowingSource(FileSource.Open(_path));

    public void Dispose()
    {
        _source.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public async Task A_read_waits_for_the_bytes_that_it_wants()
    {
        var buffer = new byte[4];
        Task<int> read = Task.Run(() => _source.Read(2, buffer), TestContext.Current.CancellationToken);
        File.WriteAllBytes(_path, [1, 2, 3, 4]);
        _source.Grow(4);
        Assert.NotSame(read, await Task.WhenAny(read, Task.Delay(50, TestContext.Current.CancellationToken)));

        File.WriteAllBytes(_path, [1, 2, 3, 4, 5, 6]);
        _source.Grow(6);

        Assert.Equal(4, await read);
        Assert.Equal([3, 4, 5, 6], buffer);
    }

    [Fact]
    public void At_the_end_a_read_gives_what_there_is()
    {
        File.WriteAllBytes(_path, [1, 2, 3]);
        _source.Grow(3);
        Assert.Equal(long.MaxValue, _source.Length);
        _source.Complete();

        Assert.Equal(2, _source.Read(1, new byte[10]));
        Assert.Equal(3, _source.Length);
    }

    [Fact]
    public async Task Who_waits_for_a_file_that_is_given_up_is_cancelled()
    {
        Task<int> read = Task.Run(() => _source.Read(0, new byte[4]), TestContext.Current.CancellationToken);
        _source.Abandon();

        await Assert.ThrowsAsync<OperationCanceledException>(() => read);
    }
}
