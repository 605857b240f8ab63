using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>binlog_encryption with the file of component_keyring_file.</summary>
public sealed class EncryptedLogTests
{
    private const string Setup = "CREATE TABLE t (id INT PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, REPEAT('c', 5000))";

    [Fact]
    public void Encrypted_logs_are_undone_with_the_keyring_also_after_a_rotation()
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql, keyring: true, "binlog-encryption=ON");
        string keyring = Path.Combine(server.DataPath, "keyring.json");
        const string Damage = "UPDATE t SET v = CONCAT(v, 'x'); DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, REPEAT('d', 50000))";

        new DamagedDatabase(server, "encrypted", Setup, Damage) { Keyring = Keyring.Open([keyring]) }.AssertUndone();

        server.Sql("ALTER INSTANCE ROTATE BINLOG MASTER KEY");
        new DamagedDatabase(server, "rotated", Setup, "SET binlog_transaction_compression = ON;" + Damage) { Keyring = Keyring.Open([keyring]) }.AssertUndone();

        var locked = new DamagedDatabase(server, "locked", Setup, Damage);
        var error = Assert.Throws<RecoveryException>(() => locked.Undo());
        Assert.Equal("BinlogEncrypted", error.ErrorId);
    }
}
