using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>binlog_encryption with the file of component_keyring_file, encrypt_binlog with that of file_key_management.</summary>
public sealed class EncryptedLogTests
{
    private const string Setup =
        "CREATE TABLE t (id INT PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, REPEAT('c', 5000))";

    [Fact]
    public void Encrypted_logs_are_undone_with_the_keyring_also_after_a_rotation()
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql, keyring: true, "binlog-encryption=ON");
        string keyring = Path.Combine(server.DataPath, "keyring.json");
        const string Damage = "UPDATE t SET v = CONCAT(v, 'x'); DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, REPEAT('d', 50000))";

        new DamagedDatabase(server, "encrypted", Setup, Damage) { Keyring = Keyring.Open([keyring]) }.AssertUndone();

        server.Sql("ALTER INSTANCE ROTATE BINLOG MASTER KEY");
        new DamagedDatabase(server, "rotated", Setup,
            "SET binlog_transaction_compression = ON;" + Damage)
        { Keyring = Keyring.Open([keyring]) }.AssertUndone();

        var locked = new DamagedDatabase(server, "locked", Setup, Damage);
        var error = Assert.Throws<RecoveryException>(() => locked.Undo());
        Assert.Equal("BinlogEncrypted", error.ErrorId);
    }

    [Theory]
    [InlineData("aes_cbc", "770A8A65DA156D24EE2A093277530142")]
    [InlineData("aes_ctr", "770A8A65DA156D24EE2A093277530142770A8A65DA156D24EE2A093277530142")]
    public void MariaDb_logs_are_undone_with_the_key_file(string algorithm, string key)
    {
        string keys = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), otherKeys = $"{keys}.other";
        File.WriteAllText(keys, $"# keys of the server\n2;{new string('0', 32)}\n1;{key}\n");
        File.WriteAllText(otherKeys, $"1;{new string('0', 32)}\n");
        try
        {
            using MySqlServer server = MySqlServer.Start(
                ServerFlavour.MariaDb, "plugin-load-add=file_key_management", $"file-key-management-filename={keys}",
                $"file-key-management-encryption-algorithm={algorithm}", "encrypt-binlog=ON");
            string damage = string.Concat(Enumerable.Range(10, 300).Select(i => $"INSERT INTO t VALUES ({i}, REPEAT('d', {i}));"))
                + "UPDATE t SET v = CONCAT(v, 'x'); DELETE FROM t WHERE id < 200";
            var database = new DamagedDatabase(server, "encrypted", Setup, damage) { Keyring = Keyring.Open([keys]) };

            database.AssertUndone();

            Assert.Equal("BinlogEncrypted", Read(database.Log, null)?.ErrorId);
            Assert.Equal("BinlogKeyWrong", Read(database.Log, otherKeys)?.ErrorId);
            File.WriteAllBytes($"{keys}.cut", File.ReadAllBytes(database.Log)[..^50]);
            Assert.Equal("BinlogTruncated", Read($"{keys}.cut", keys)?.ErrorId);
        }
        finally
        {
            Array.ForEach([keys, otherKeys, $"{keys}.cut"], File.Delete);
        }
    }

    private static RecoveryException? Read(string log, string? keys) => Record.Exception(() =>
    {
        using var scan = new EventScan([LogRange.Whole(log)], EventFilter.All, TestContext.Current.CancellationToken)
        {
            Keyring = keys == null ? null : Keyring.Open([keys]),
        };
        while (scan.Read())
        {
        }
    }) as RecoveryException;
}
