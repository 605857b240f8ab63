using System.Buffers.Binary;
using Xunit;

namespace MySqlRecovery.Core.Tests.IO.Zstd;

/// <summary>Frames written by hand from RFC 8878, for what the stock program does not write.</summary>
public class ZstdFrameTests
{
    private const byte WindowOf1KiB = 0;
    private const string Corrupt = "Data corruption detected";
    private const string WindowTooLarge = "a window of more than 128 MiB";
    private static readonly byte[] Magic = [0x28, 0xB5, 0x2F, 0xFD];

    [Fact]
    public void A_content_size_can_have_one_two_four_or_eight_bytes()
    {
        Assert.Equal("abc"u8, Decode(0x20, [3], Raw("abc"u8)));
        Assert.Equal(new byte[300], Decode(0x60, [44, 0], Run(0, 300)));
        Assert.Equal("abc"u8, Decode(0xA0, [3, 0, 0, 0], Raw("abc"u8)));
        Assert.Equal("abc"u8, Decode(0xE0, [3, 0, 0, 0, 0, 0, 0, 0], Raw("abc"u8)));
        Assert.Equal("abc"u8, Decode(0x00, [WindowOf1KiB], Raw("abc"u8)));
    }

    [Fact]
    public void A_content_size_must_be_met_exactly()
    {
        Assert.Contains(Corrupt, Failure(0x20, [4], Raw("abc"u8)));
        Assert.Contains(Corrupt, Failure(0x20, [2], Raw("abc"u8)));
        Assert.Contains(Corrupt, Failure(0x20, [4], [.. Raw("abc"u8, isLast: false), .. Raw("de"u8)]));
    }

    [Fact]
    public void Empty_blocks_are_blocks() =>
        Assert.Equal("ab"u8, Decode(0x00, [WindowOf1KiB], [.. Raw("a"u8, false), .. Raw([], false), .. Run(7, 0, false), .. Raw("b"u8)]));

    [Theory]
    [InlineData(0x08, "Unsupported frame parameter")]
    [InlineData(0x01, "Dictionary mismatch")]
    public void What_a_frame_needs_and_is_not_supported_is_named(byte descriptor, string message) =>
        Assert.Contains(message, Failure(descriptor, [WindowOf1KiB, 9], []));

    [Fact]
    public void Dictionary_0_is_no_dictionary() => Assert.Equal("abc"u8, Decode(0x02, [WindowOf1KiB, 0, 0], Raw("abc"u8)));

    [Fact]
    public void A_window_above_128_MiB_is_refused_whichever_field_gives_it()
    {
        Assert.Equal("abc"u8, Decode(0x00, [17 << 3], Raw("abc"u8)));
        Assert.Contains(WindowTooLarge, Failure(0x00, [17 << 3 | 1], Raw("abc"u8)));
        Assert.Contains(WindowTooLarge, Failure(0x00, [0xFF], Raw("abc"u8)));
        Assert.Contains(WindowTooLarge, Failure(0xE0, [255, 255, 255, 255, 255, 255, 255, 255], Raw("abc"u8)));
    }

    [Fact]
    public void A_large_window_takes_no_memory_before_there_is_content()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Decode(0x00, [17 << 3], Raw("abc"u8));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_block_is_at_most_as_long_as_the_window_and_as_128_KiB()
    {
        Assert.Equal(1024, Decode(0x00, [WindowOf1KiB], Run(1, 1024)).Length);
        Assert.Contains(Corrupt, Failure(0x00, [WindowOf1KiB], Run(1, 1025)));
        Assert.Equal(131072, Decode(0x00, [10 << 3], Run(1, 131072)).Length);
        Assert.Contains(Corrupt, Failure(0x00, [10 << 3], Run(1, 131073)));
    }

    [Fact]
    public void The_reserved_block_type_is_refused() => Assert.Contains(Corrupt, Failure(0x00, [WindowOf1KiB], Block(3, 0, [], true)));

    [Fact]
    public void Huffman_literals_decode_with_the_code_of_the_format_s_example() =>
        Assert.Equal([0, 1, 5, 4], Decode(0x00, [WindowOf1KiB], Compressed(HuffmanLiterals, NoSequences)));

    [Fact]
    public void Literals_can_reuse_a_tree_but_not_before_there_is_one()
    {
        byte[] treeless = [3 | 4 << 4, 2 << 6, 0, 0x10, 0x0D];
        Assert.Equal(
            [0, 1, 5, 4, 0, 1, 5, 4],
            Decode(0x00, [WindowOf1KiB],
                [.. Compressed(HuffmanLiterals, NoSequences, isLast: false), .. Compressed(treeless, NoSequences)]));
        Assert.Contains("Dictionary is corrupted", Failure(0x00, [WindowOf1KiB], Compressed(treeless, NoSequences)));
    }

    [Theory]
    [InlineData(0x0F)]
    [InlineData(0x1D)]
    public void Literals_must_take_exactly_the_bits_of_their_stream(byte lastByte)
    {
        byte[] literals = [.. HuffmanLiterals];
        literals[^1] = lastByte;
        Assert.Contains(Corrupt, Failure(0x00, [WindowOf1KiB], Compressed(literals, NoSequences)));
    }

    [Theory]
    [InlineData(new byte[] { 132, 0x43, 0x20, 0x30 })]
    [InlineData(new byte[] { 132, 0xF3, 0x20, 0x10 })]
    [InlineData(new byte[] { 128, 0x00 })]
    [InlineData(new byte[] { 128, 0x20 })]
    [InlineData(new byte[] { 127, 0x20 })]
    public void A_tree_that_is_no_tree_is_refused(byte[] tree)
    {
        byte[] literals = [2 | 4 << 4, (byte)(tree.Length + 2 << 6), (byte)(tree.Length + 2 >> 2), .. tree, 0x10, 0x0D];
        Assert.Contains(Corrupt, Failure(0x00, [WindowOf1KiB], Compressed(literals, NoSequences)));
    }

    [Fact]
    public void A_sequence_of_single_symbol_tables_repeats_the_last_byte()
    {
        Assert.Equal("abbbbb"u8, Decode(0x00, [WindowOf1KiB], Compressed(RawLiterals("ab"u8), Sequence(2, 0, 1))));
        Assert.Equal("abbbbbc"u8, Decode(0x00, [WindowOf1KiB], Compressed(RawLiterals("abc"u8), Sequence(2, 0, 1))));
    }

    [Fact]
    public void Tables_can_be_used_again_but_not_before_there_are_any()
    {
        byte[] repeated = [1, 0xFC, 1];
        Assert.Equal(
            "abbbbbcddddd"u8,
            Decode(0x00, [WindowOf1KiB],
                [.. Compressed(RawLiterals("ab"u8), Sequence(2, 0, 1), isLast: false), .. Compressed(RawLiterals("cd"u8), repeated)]));
        Assert.Contains(Corrupt, Failure(0x00, [WindowOf1KiB], Compressed(RawLiterals("cd"u8), repeated)));
    }

    [Theory]
    [InlineData(2, 0, 1, 0x02)]
    [InlineData(2, 0, 1, 0x00)]
    [InlineData(3, 0, 1, 0x01)]
    [InlineData(36, 0, 1, 0x01)]
    [InlineData(2, 32, 1, 0x01)]
    [InlineData(2, 0, 53, 0x01)]
    [InlineData(0, 1, 1, 0x03)]
    [InlineData(2, 3, 1, 0x08)]
    [InlineData(2, 0, 43, 0xFF, "Destination buffer is too small")]
    [InlineData(2, 31, 1, 0xFF)]
    public void A_sequence_that_cannot_be_is_refused(byte literalCode, byte offsetCode, byte matchCode, byte bits, string message = Corrupt)
    {
        byte[] sequence = [.. Sequence(literalCode, offsetCode, matchCode)[..^1], .. (byte[])(offsetCode > 8 ? [1, 1, 1, 1, 1, 1, 1] : []),
            bits];
        Assert.Contains(message, Failure(0x20, [20], Compressed(RawLiterals("ab"u8), sequence)));
    }

    [Fact]
    public void An_offset_must_not_leave_the_frame_for_the_one_before()
    {
        byte[] frame = [.. Magic, 0x00, WindowOf1KiB, .. Raw("abcdefgh"u8)];
        byte[] second = [.. Magic, 0x00, WindowOf1KiB, .. Compressed(RawLiterals("ab"u8), [.. Sequence(2, 2, 1)[..^1], 0x06])];
        var error = Assert.Throws<InvalidDataException>(() => ZstdSamples.Decode([.. frame, .. second]));
        Assert.Contains(Corrupt, error.Message);
    }

    // Weights 4 3 2 0 1 (and 1 for literal 5) and the code words 1 01 0001 0000, which are those of the literals 0 1 5 4
    // (RFC 8878, section 4.2.1.3; section 4.2.2 has this stream too, with the last two literals exchanged by mistake).
    private static byte[] HuffmanLiterals => [2 | 4 << 4, (6 & 3) << 6, 6 >> 2, 132, 0x43, 0x20, 0x10, 0x10, 0x0D];

    private static byte[] NoSequences => [0];

    private static byte[] RawLiterals(ReadOnlySpan<byte> literals) => [(byte)(literals.Length << 3), .. literals];

    private static byte[] Sequence(byte literalCode, byte offsetCode, byte matchCode) => [1, 0x54, literalCode, offsetCode, matchCode, 1];

    private static byte[] Raw(ReadOnlySpan<byte> content, bool isLast = true) => Block(0, content.Length, content, isLast);

    private static byte[] Run(byte value, int count, bool isLast = true) => Block(1, count, [value], isLast);

    private static byte[] Compressed(byte[] literals, byte[] sequences, bool isLast = true) =>
        Block(2, literals.Length + sequences.Length, [.. literals, .. sequences], isLast);

    private static byte[] Block(int type, int size, ReadOnlySpan<byte> content, bool isLast)
    {
        var header = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(header, size << 3 | type << 1 | (isLast ? 1 : 0));
        return [.. header[..3], .. content];
    }

    private static byte[] Decode(byte descriptor, byte[] fields, byte[] blocks) =>
        ZstdSamples.Decode([.. Magic, descriptor, .. fields, .. blocks]);

    private static string Failure(byte descriptor, byte[] fields, byte[] blocks) =>
        Assert.Throws<InvalidDataException>(() => Decode(descriptor, fields, blocks)).Message;
}
