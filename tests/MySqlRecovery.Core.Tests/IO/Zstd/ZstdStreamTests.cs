using MySqlRecovery.IO;
using Xunit;

namespace MySqlRecovery.Core.Tests.IO.Zstd;

public class ZstdStreamTests
{
    public static IEnumerable<TheoryDataRow<string>> Samples => ZstdSamples.Names.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_file_of_the_stock_program_decodes_to_what_was_compressed(string name) =>
        Assert.Equal(ZstdSamples.Content(name), ZstdSamples.Decode(ZstdSamples.Read(name)));

    [Theory]
    [InlineData("rows.3.zst")]
    [InlineData("text.3zstd-wlog-10.zst")]
    [InlineData("rows.frames.3.zst")]
    public void The_sizes_of_reads_on_either_side_do_not_matter(string name)
    {
        using ZstdStream zstd = ZstdSamples.Open(new TrickleStream(ZstdSamples.Read(name)));
        var decoded = new List<byte>();
        var buffer = new byte[977];
        for (int size = 1; zstd.Read(buffer, 0, size) is > 0 and int got; size = size % buffer.Length + 1)
            decoded.AddRange(buffer.AsSpan(0, got));
        Assert.Equal(ZstdSamples.Content(name), decoded);
    }

    [Fact]
    public void Nothing_decodes_to_nothing() => Assert.Empty(ZstdSamples.Decode([]));

    [Fact]
    public void Frames_one_after_the_other_and_skippable_frames_make_one_content()
    {
        byte[] skippable = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
        byte[] compressed =
        [
            .. skippable, .. ZstdSamples.Read("byte.3.zst"), .. skippable, .. ZstdSamples.Read("empty.3.zst"),
            .. ZstdSamples.Read("noise.3.zst"), .. skippable,
        ];
        Assert.Equal([.. ZstdContent.Make("byte"), .. ZstdContent.Make("noise")], ZstdSamples.Decode(compressed));
    }

    [Fact]
    public void A_file_that_was_cut_anywhere_ends_in_an_error()
    {
        byte[] compressed = ZstdSamples.Read("periods.3.zst");
        for (int length = 1; length < compressed.Length; length++)
            Assert.Throws<EndOfStreamException>(() => ZstdSamples.Decode(compressed[..length]));
    }

    [Fact]
    public void A_cut_skippable_frame_is_an_error() =>
        Assert.Throws<EndOfStreamException>(() => ZstdSamples.Decode([0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2]));

    [Fact]
    public void A_flipped_bit_of_the_content_is_found_by_the_checksum()
    {
        byte[] compressed = ZstdSamples.Read("noise.3.zst");
        compressed[1000] ^= 1;
        var error = Assert.Throws<InvalidDataException>(() => ZstdSamples.Decode(compressed));
        Assert.Contains("checksum", error.Message);
    }

    [Fact]
    public void Bytes_that_are_no_frame_are_an_error()
    {
        byte[] frame = ZstdSamples.Read("byte.3.zst");
        var error = Assert.Throws<InvalidDataException>(() => ZstdSamples.Decode([.. frame, 1, 2, 3, 4, 5]));
        Assert.Contains("Unknown frame descriptor", error.Message);
    }

    [Fact]
    public void A_stream_that_failed_does_not_go_on()
    {
        byte[] compressed = ZstdSamples.Read("noise.3.zst");
        compressed[1000] ^= 1;
        using ZstdStream zstd = ZstdSamples.Open(new MemoryStream(compressed));
        Assert.Throws<InvalidDataException>(() => zstd.CopyTo(Stream.Null));
        Assert.Throws<InvalidDataException>(() => zstd.CopyTo(Stream.Null));
    }

    [Fact]
    public void One_decoder_reads_source_after_source_whatever_became_of_the_one_before()
    {
        using var zstd = new ZstdStream();
        byte[] damaged = ZstdSamples.Read("noise.3.zst");
        damaged[1000] ^= 1;
        foreach (string name in ZstdSamples.Names)
        {
            Assert.Equal(ZstdSamples.Content(name), ReadAll(ZstdSamples.Read(name)));
            Assert.Throws<InvalidDataException>(() => ReadAll(damaged));
            Assert.Equal(ZstdSamples.Content("rows.3.zst"), ReadAll(ZstdSamples.Read("rows.3.zst")));
            zstd.Open(new MemoryStream(ZstdSamples.Read("text.3.zst")));
            zstd.ReadExactly(new byte[10]);
        }

        byte[] ReadAll(byte[] compressed)
        {
            zstd.Open(new MemoryStream(compressed));
            var content = new MemoryStream();
            zstd.CopyTo(content);
            return content.ToArray();
        }
    }

    [Fact]
    public void Closing_leaves_the_source_open()
    {
        var source = new MemoryStream(ZstdSamples.Read("byte.3.zst"));
        ZstdSamples.Open(source).Dispose();
        Assert.True(source.CanRead);
    }

    [Fact]
    public void Damaged_files_give_errors_of_two_kinds_or_bytes_and_nothing_else()
    {
        byte[][] files = [.. ZstdSamples.Names.Select(ZstdSamples.Read).Where(file => file.Length < 25_000)];
        var random = new Random(20);
        for (int round = 0; round < 2000; round++)
        {
            byte[] damaged = [.. files[random.Next(files.Length)]];
            for (int i = random.Next(1, 5); i > 0; i--)
                damaged[random.Next(random.Next(2) == 0 ? damaged.Length : Math.Min(damaged.Length, 64))] = (byte)random.Next(256);
            try
            {
                DecodeUpTo(damaged, 4 << 20);
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
            }
        }
    }

    private static void DecodeUpTo(byte[] compressed, int limit)
    {
        using ZstdStream zstd = ZstdSamples.Open(new MemoryStream(compressed));
        var buffer = new byte[64 << 10];
        while (limit > 0 && zstd.Read(buffer) is > 0 and int got)
            limit -= got;
    }
}
