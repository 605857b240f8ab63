using System.Buffers.Binary;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Catalog;
using MySqlRecovery.IO;
using Xunit;

namespace MySqlRecovery.Core.Tests.Catalog;

/// <summary>The bytes of a key are found wherever they are in a stretch, and only there is a stretch passed over.</summary>
public sealed class KeyBytesTests : IDisposable
{
    private const int Length = 600_000, Start = 1000;

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(4, 4711L)]
    [InlineData(4, -4711L)]
    [InlineData(3, 1_000_000L)]
    [InlineData(8, long.MinValue)]
    public void An_integer_is_found_at_every_place_of_a_stretch_and_nowhere_else(int size, long value)
    {
        var table = new LogTable("d", "t", ["a", "id"]) { AreNumbers = [false, true], IntegerSizes = [0, size] };
        var key = new LogKey(1, value, Column: 1);
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        int[] places = [Start, Start + 1, Start + (1 << 18) - size, .. Enumerable.Range(Start + (1 << 18) - size, 2 * size),
            .. Enumerable.Range(Start + (1 << 19) - 2 * size, 4 * size), Length - size];
        foreach (int place in places)
            Assert.False(Lack(place, table, key), $"{place}");
        Assert.True(Lack(Start - 1, table, key));
        Assert.True(Lack(Length - size + 1, table, key));

        bool Lack(int place, LogTable table, LogKey key)
        {
            var log = new byte[Length + sizeof(long)];
            Array.Fill(log, (byte)0x55);
            bytes.AsSpan(0, size).CopyTo(log.AsSpan(place));
            File.WriteAllBytes(_path, log);
            using FileSource source = FileSource.Open(_path);
            return new KeyBytes(source).Lack(new LogStretch { Start = Start, End = Length }, table, key);
        }
    }

    [Fact]
    public void Nothing_is_told_of_keys_without_integers_of_short_ones_and_of_a_log_that_has_become_shorter()
    {
        File.WriteAllBytes(_path, new byte[Length]);
        using FileSource source = FileSource.Open(_path);
        var stretch = new LogStretch { Start = Start, End = Length };
        var key = new LogKey(1, 0x11223344);
        Assert.True(new KeyBytes(source).Lack(stretch, Table(4), key));
        Assert.False(new KeyBytes(source).Lack(stretch, Table(4), key with { Integer = null }));
        Assert.False(new KeyBytes(source).Lack(stretch, Table(0), key));
        Assert.False(new KeyBytes(source).Lack(stretch, Table(2), key));
        Assert.False(new KeyBytes(source).Lack(new LogStretch { Start = Start, End = Length + 1 }, Table(4), key));

        static LogTable Table(int size) => new("d", "t", ["id"]) { AreNumbers = [true], IntegerSizes = [size] };
    }
}
