using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Consistency;
using MySqlRecovery.Consistency.Data;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>Tables whose keys the two servers put into no common order, with more rows than are looked at in one go.</summary>
public abstract class KeyOrderTests(ReplicationPairFixture fixture)
{
    private const int Rows = 6000;

    private static readonly string[] Letters = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

    private ReplicationPair Pair => fixture.Pair;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("key_enum", "e ENUM('a','b','c','d','e','f','g','h','i','j'), id INT, PRIMARY KEY (e, id)", "")]
    [InlineData("key_set", "e SET('a','b','c','d','e','f','g','h','i','j'), id INT, PRIMARY KEY (e, id)", "")]
    [InlineData("key_bit", "e BIT(9), id INT, PRIMARY KEY (e, id)", "")]
    [InlineData("key_after", "e INT, f ENUM('a','b','c','d','e','f','g','h','i','j'), id INT, PRIMARY KEY (e, f, id)", "")]
    [InlineData("key_collation", "e VARCHAR(9) CHARACTER SET latin1, id INT, PRIMARY KEY (e, id)",
        "MODIFY e VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL")]
    [InlineData("key_set_of_characters", "e VARCHAR(9) CHARACTER SET latin1, id INT, PRIMARY KEY (e, id)",
        "MODIFY e VARCHAR(9) CHARACTER SET utf8mb4 NOT NULL")]
    public void Rows_are_found_and_repaired_where_the_servers_do_not_order_the_keys_alike(string database, string columns, string change)
    {
        bool isNumber = database is "key_bit" or "key_after";
        Pair.Sql($"CREATE DATABASE {database}; CREATE TABLE {database}.t ({columns}, v INT) ENGINE=InnoDB");
        foreach (int[] part in Enumerable.Range(0, Rows).Chunk(2000))
        {
            Pair.Sql("INSERT INTO t VALUES " + string.Join(',', part.Select(i =>
                $"({(isNumber ? database == "key_after" ? "7" : $"{i % 10}" : $"'{Letters[i % 10]}'")}, "
                + $"{(database == "key_after" ? $"'{Letters[i % 10]}', " : "")}{i}, {i})")), database);
        }

        if (change.Length > 0)
            OnReplica($"ALTER TABLE t {change}", database);
        Assert.Empty(Compare(database));

        OnReplica("DELETE FROM t WHERE id = 17; DELETE FROM t WHERE id = 5999; UPDATE t SET v = -1 WHERE id IN (0, 3333); "
            + "UPDATE t SET id = 100000 WHERE id = 4", database);
        List<ConsistencyFinding> findings = Compare(database);
        Assert.Equal(
            ["RowDifferent 0", "RowDifferent 3333", "RowExtra 100000", "RowMissing 17", "RowMissing 4", "RowMissing 5999"],
            findings.Select(f => $"{f.Type} {(f.SourceRow ?? f.ReplicaRow)!["id"]}").Order(StringComparer.Ordinal));
        RepairScript script = RepairScript.Start(reverse: false);
        findings.ForEach(script.Add);
        string path = Path.Combine(Pair.Replica.FilesPath, database + ".sql");
        Assert.True(script.WriteFile(path, overwrite: false).IsComplete);
        Pair.Replica.RunFile(path);
        Assert.Empty(Compare(database));
    }

    private void OnReplica(string statements, string database) => Pair.Replica.Sql($"SET sql_log_bin = 0; {statements}", database);

    private List<ConsistencyFinding> Compare(string database)
    {
        ServerPair servers = Pair.Compare(Token);
        using ComparedServer source = servers.Source, replica = servers.Replica;
        return [.. new DataCheck(servers, new DataCheckOptions { Tables = new TableFilter([database], [], [], []) }).Run(e => throw e,
            Token)];
    }
}
