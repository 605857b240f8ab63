using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Encryption;

public sealed class EncryptedSourceTests : IDisposable
{
    private readonly EncryptedSamples _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("binlog.000001", "keyring-1.json", "binlog.000001.plain")]
    [InlineData("binlog.000001.rotated", "keyring-2.json", "binlog.000001.plain")]
    [InlineData("binlog.000003", "keyring-2.json", "binlog.000003.plain")]
    public void A_log_decrypts_to_what_the_server_says_is_in_it(string log, string keyring, string plain)
    {
        using EncryptedSource source = EncryptedSamples.Open(log, keyring);
        byte[] expected = EncryptedSamples.Bytes(plain);
        var actual = new byte[source.Length];
        Assert.Equal(actual.Length, source.Read(0, actual));
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Any_piece_can_be_read_on_its_own()
    {
        using EncryptedSource source = EncryptedSamples.Open("binlog.000001", "keyring-1.json");
        byte[] expected = EncryptedSamples.Bytes("binlog.000001.plain");
        for (int offset = expected.Length; offset >= 0; offset -= 7)
        {
            for (int length = 0; length < 70; length += 3)
            {
                var piece = new byte[length];
                int got = source.Read(offset, piece);
                Assert.Equal(Math.Min(length, expected.Length - offset), got);
                Assert.Equal(expected.AsSpan(offset, got), piece.AsSpan(0, got));
            }
        }
    }

    [Fact]
    public void Long_reads_go_through_several_batches_of_blocks()
    {
        var password = new byte[32];
        var whole = new byte[100_000];
        using var cipher = new CounterCipher(password);
        cipher.Apply(0, whole);
        for (int offset = 0; offset < 60_000; offset += 9_999)
        {
            var piece = new byte[40_000];
            cipher.Apply(offset, piece);
            Assert.Equal(whole[offset..(offset + piece.Length)], piece);
        }
    }

    [Fact]
    public void Positions_are_the_server_s()
    {
        using var reader = new FileEventReader(EncryptedSamples.Open("binlog.000001", "keyring-1.json"));
        var ends = new List<long>();
        while (reader.Read())
            ends.Add(reader.EndPosition);

        // SHOW BINLOG EVENTS and SHOW BINARY LOG STATUS gave these for the format description, the previous GTIDs and the last transaction.
        Assert.Equal([127, 158], ends[..2]);
        Assert.Contains(1547, ends);
    }

    [Fact]
    public void Only_an_encrypted_log_is_taken_for_one()
    {
        using FileSource encrypted = FileSource.Open(EncryptedSamples.FilePath("binlog.000001"));
        using FileSource plain = FileSource.Open(EncryptedSamples.FilePath("binlog.000001.plain"));
        using FileSource empty = FileSource.Open(_files.Write([]));
        Assert.True(EncryptedSource.IsEncrypted(encrypted));
        Assert.False(EncryptedSource.IsEncrypted(plain));
        Assert.False(EncryptedSource.IsEncrypted(empty));
    }

    [Fact]
    public void Keyrings_from_before_and_after_a_rotation_serve_together()
    {
        EncryptedSamples.Open("binlog.000001", "keyring-1.json", "keyring-2.json").Dispose();
        EncryptedSamples.Open("binlog.000001.rotated", "keyring-1.json", "keyring-2.json").Dispose();
    }

    [Theory]
    [InlineData("keyring-2.json", "rotated")]
    [InlineData("keyring-other-server.json", "UUID")]
    public void A_key_that_the_keyring_does_not_hold_is_missing_and_named(string keyring, string advice)
    {
        var error = Assert.Throws<RecoveryException>(() => EncryptedSamples.Open("binlog.000001", keyring));
        Assert.Equal("BinlogKeyMissing", error.ErrorId);
        Assert.Equal(RecoveryErrorKind.ObjectNotFound, error.Kind);
        Assert.Equal(EncryptedSamples.FilePath("binlog.000001"), error.Path);
        Assert.Contains("MySQLReplicationKey_e6831567-e5be-11f1-a940-02fc00000001_3", error.Detail);
        Assert.Contains(advice, error.RecommendedAction);
    }

    [Fact]
    public void A_key_that_does_not_fit_is_wrong()
    {
        string json = File.ReadAllText(EncryptedSamples.FilePath("keyring-1.json"));
        string other = _files.Write(System.Text.Encoding.UTF8.GetBytes(json.Replace("4C26F18E", "4C26F18F")));
        string shorter = _files.Write(System.Text.Encoding.UTF8.GetBytes(json.Replace("4C26F18E", "")));
        foreach (string keyring in (string[])[other, shorter])
        {
            using FileSource source = FileSource.Open(EncryptedSamples.FilePath("binlog.000001"));
            var error = Assert.Throws<RecoveryException>(() => EncryptedSource.Open(source, Keyring.Open([keyring])));
            Assert.Equal("BinlogKeyWrong", error.ErrorId);
        }
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 9)]
    [InlineData(5, 0)]
    [InlineData(0x41, 0)]
    [InlineData(0x62, 0)]
    public void A_damaged_header_is_an_error_that_names_the_file(int offset, byte value)
    {
        byte[] log = EncryptedSamples.Bytes("binlog.000001");
        log[offset] = value;
        AssertHeaderInvalid(log);
    }

    [Fact]
    public void A_cut_header_is_an_error()
    {
        byte[] log = EncryptedSamples.Bytes("binlog.000001");
        for (int length = 0; length < EncryptedHeader.Length; length += 73)
            AssertHeaderInvalid(log[..length]);
    }

    [Fact]
    public void A_log_of_a_header_alone_is_empty()
    {
        string path = _files.Write(EncryptedSamples.Bytes("binlog.000001").AsSpan(0, EncryptedHeader.Length));
        using EncryptedSource source = EncryptedSource.Open(FileSource.Open(path), EncryptedSamples.Keyring("keyring-1.json"));
        Assert.Equal(0, source.Length);
        Assert.Equal(0, source.Read(0, new byte[10]));
    }

    [Fact]
    public void A_flipped_bit_anywhere_in_the_header_opens_or_is_a_known_error()
    {
        byte[] log = EncryptedSamples.Bytes("binlog.000001");
        Keyring keyring = EncryptedSamples.Keyring("keyring-1.json");
        string path = _files.Write(log);
        for (int bit = 0; bit < 120 * 8; bit += 3)
        {
            byte[] damaged = [.. log];
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            File.WriteAllBytes(path, damaged);
            try
            {
                EncryptedSource.Open(FileSource.Open(path), keyring).Dispose();
            }
            catch (RecoveryException e)
            {
                Assert.Contains(e.ErrorId, (string[])["BinlogEncryptionHeaderInvalid", "BinlogKeyMissing", "BinlogKeyWrong"]);
            }
        }
    }

    private void AssertHeaderInvalid(byte[] log)
    {
        string path = _files.Write(log);
        var error = Assert.Throws<RecoveryException>(
            () => EncryptedSource.Open(FileSource.Open(path), EncryptedSamples.Keyring("keyring-1.json")));
        Assert.Equal("BinlogEncryptionHeaderInvalid", error.ErrorId);
        Assert.Equal(path, error.Path);
    }
}
