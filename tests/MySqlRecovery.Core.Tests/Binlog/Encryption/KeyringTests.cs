using System.Buffers.Binary;
using System.Text;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Encryption;

/// <summary>
/// The JSON files are a server's. The file of the keyring_file plugin is written from the description of its records: servers from 8.4
/// on do not have the plugin.
/// </summary>
public sealed class KeyringTests : IDisposable
{
    private const string KeyId = "MySQLReplicationKey_e6831567-e5be-11f1-a940-02fc00000001_3";
    private static readonly byte[] Key = Convert.FromHexString("4C26F18E60E9D460FFB43FCD403F15972A9200799FE1774B5671865B40326A22");
    private readonly EncryptedSamples _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_file_of_the_component_is_read()
    {
        Keyring keyring = EncryptedSamples.Keyring("keyring-1.json");
        Assert.Equal(Key, keyring.Find(KeyId));
        Assert.Null(keyring.Find("other"));
        Assert.Equal(3, keyring.KeyIds.Count);
    }

    [Theory]
    [InlineData("1.0", 0)]
    [InlineData("2.0", 32)]
    public void The_file_of_the_plugin_is_read(string version, int digestLength)
    {
        byte[] file = PluginKeyring.File(
            version, digestLength, PluginKeyring.Key("INNODBKey-1", "", new byte[32]), PluginKeyring.Key(KeyId, "", Key));
        Keyring keyring = Keyring.Open([_files.Write(file)]);
        Assert.Equal(Key, keyring.Find(KeyId));
        Assert.Equal(new byte[32], keyring.Find("INNODBKey-1"));
        using EncryptedSource source = EncryptedSource.Open(FileSource.Open(EncryptedSamples.FilePath("binlog.000001")), keyring);
        Assert.True(source.Length > 0);
    }

    [Fact]
    public void Keys_of_users_are_not_the_server_s()
    {
        byte[] file = PluginKeyring.File("2.0", 32, PluginKeyring.Key(KeyId, "", Key), PluginKeyring.Key(KeyId, "root@%", new byte[32]));
        Assert.Equal(Key, Keyring.Open([_files.Write(file)]).Find(KeyId));
    }

    [Fact]
    public void The_last_of_several_files_wins()
    {
        string first = _files.Write(PluginKeyring.File("2.0", 32, PluginKeyring.Key(KeyId, "", new byte[32])));
        Assert.Equal(Key, Keyring.Open([first, EncryptedSamples.FilePath("keyring-1.json")]).Find(KeyId));
    }

    [Fact]
    public void A_file_of_the_plugin_cut_anywhere_is_damaged()
    {
        byte[] file = PluginKeyring.File("1.0", 0, PluginKeyring.Key(KeyId, "", Key));
        for (int length = "Keyring file version:".Length; length < file.Length; length++)
            Assert.Contains("damaged", Invalid(file[..length]).Detail);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(32)]
    public void A_length_beyond_the_file_is_damage(int field)
    {
        byte[] file = PluginKeyring.File("2.0", 32, PluginKeyring.Key(KeyId, "", Key));
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(24 + field), ulong.MaxValue);
        Assert.Contains("damaged", Invalid(file).Detail);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(24 + field), 1 << 20);
        Assert.Contains("damaged", Invalid(file).Detail);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("{\"version\":\"1.0\"}")]
    [InlineData("[]")]
    [InlineData("{\"elements\":7}")]
    [InlineData("{\"elements\":[7]}")]
    [InlineData("{\"elements\":[{\"user\":\"\",\"data_id\":\"a\"}]}")]
    [InlineData("{\"elements\":[{\"user\":\"\",\"data_id\":\"a\",\"data\":\"0g\"}]}")]
    [InlineData("{\"elements\":[{\"user\":1,\"data_id\":\"a\",\"data\":\"00\"}]}")]
    [InlineData("Keyring file version:3.0EOF")]
    public void What_is_no_keyring_is_refused(string content) => Invalid(Encoding.UTF8.GetBytes(content));

    [Fact]
    public void A_keyring_that_is_not_there_is_not_found()
    {
        var error = Assert.Throws<RecoveryException>(() => Keyring.Open([EncryptedSamples.FilePath("nothing.json")]));
        Assert.Equal(RecoveryErrorKind.ObjectNotFound, error.Kind);
    }

    private RecoveryException Invalid(byte[] content)
    {
        string path = _files.Write(content);
        var error = Assert.Throws<RecoveryException>(() => Keyring.Open([path]));
        Assert.Equal("KeyringInvalid", error.ErrorId);
        Assert.Equal(path, error.Path);
        return error;
    }
}
