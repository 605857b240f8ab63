using System.Buffers.Binary;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog;

/// <summary>Logs that are long enough to be read ahead on another thread.</summary>
public sealed class LongLogTests : IDisposable
{
    private const int FillerLength = 8000;
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Every_event_is_read_the_one_that_is_longer_than_a_block_included()
    {
        List<int> lengths = [.. Enumerable.Range(0, 900).Select(i => i == 500 ? 3 << 20 : 20 + (i * 37 % FillerLength))];
        Write(lengths);

        Assert.Equal(lengths, Read().Skip(1).Select(e => e.Length - EventHeader.Size - 4));
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_reported_where_it_is_after_all_events_before_it()
    {
        long[] starts = Write(Enumerable.Repeat(FillerLength, 900));
        foreach (int damaged in (int[])[1, 140, 300, 899])
        {
            Flip(starts[damaged] + 100);
            var found = new List<(long Position, int Length)>();

            var error = Assert.Throws<RecoveryException>(() => Read(found));

            Assert.Equal(("BinlogChecksumMismatch", starts[damaged]), (error.ErrorId, error.Offset));
            Assert.Equal(damaged + 1, found.Count);
            Flip(starts[damaged] + 100);
        }
    }

    [Fact]
    public void A_log_that_is_cut_off_ends_with_an_error_after_its_last_whole_event()
    {
        long[] starts = Write(Enumerable.Repeat(FillerLength, 900));
        using (FileStream file = File.OpenWrite(_path))
            file.SetLength(starts[800] + 50);
        var found = new List<(long Position, int Length)>();

        var error = Assert.Throws<RecoveryException>(() => Read(found));

        Assert.Equal(("BinlogTruncated", starts[800]), (error.ErrorId, error.Offset));
        Assert.Equal(801, found.Count);
    }

    [Fact]
    public void A_format_without_checksums_in_the_middle_holds_from_there_on()
    {
        Write(Enumerable.Repeat(FillerLength, 400));
        long plainStart = new FileInfo(_path).Length;
        using (FileStream file = File.Open(_path, FileMode.Append))
        {
            WriteFormat(file, ChecksumAlgorithm.None);
            for (int i = 0; i < 600; i++)
                WriteEvent(file, BinlogEventType.Ignorable, new byte[FillerLength], hasChecksum: false);
        }

        List<(long Position, int Length)> found = Read();

        Assert.Equal(1 + 400 + 1 + 600, found.Count);
        Assert.Equal(plainStart, found[401].Position);
    }

    private List<(long Position, int Length)> Read(List<(long Position, int Length)>? found = null)
    {
        found ??= [];
        using var reader = new FileEventReader(FileSource.Open(_path));
        while (reader.Read())
            found.Add((reader.Position, reader.Raw.Length));
        return found;
    }

    /// <summary>Writes a log of events with bodies of these lengths; gives where each starts.</summary>
    private long[] Write(IEnumerable<int> bodyLengths)
    {
        using FileStream file = File.Create(_path);
        file.Write([0xFE, 0x62, 0x69, 0x6E]);
        WriteFormat(file, ChecksumAlgorithm.Crc32);
        var starts = new List<long>();
        foreach (int length in bodyLengths)
        {
            starts.Add(file.Position);
            WriteEvent(file, BinlogEventType.Ignorable, Encoding.ASCII.GetBytes(new string((char)('a' + (starts.Count % 26)), length)),
                hasChecksum: true);
        }

        return [.. starts];
    }

    private static void WriteFormat(FileStream file, ChecksumAlgorithm checksum)
    {
        byte[] raw = FormatDescriptionEvent.ForMySql(new Version(9, 7, 0)).Raw.ToArray();
        raw[^5] = (byte)checksum;
        Seal(raw);
        file.Write(raw);
    }

    private static void WriteEvent(FileStream file, BinlogEventType type, byte[] body, bool hasChecksum)
    {
        var raw = new byte[EventHeader.Size + body.Length + (hasChecksum ? 4 : 0)];
        new EventHeader(1, type, 1, (uint)raw.Length, (uint)(file.Position + raw.Length), EventFlags.Ignorable).Write(raw);
        body.CopyTo(raw, EventHeader.Size);
        if (hasChecksum)
            Seal(raw);
        file.Write(raw);
    }

    private static void Seal(byte[] raw) =>
        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(raw.Length - 4), Crc32.Compute(raw.AsSpan(0, raw.Length - 4)));

    private void Flip(long offset)
    {
        using FileStream file = File.Open(_path, FileMode.Open);
        file.Position = offset;
        int value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 4));
    }
}
