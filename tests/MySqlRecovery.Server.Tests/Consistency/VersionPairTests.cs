using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Consistency;
using MySqlRecovery.Consistency.Data;
using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>The same statements on servers of two versions: what they write in other ways is equal, and what differs is found.</summary>
public sealed class VersionPairTests
{
    private const string Values =
        """
        SET NAMES utf8mb4; SET time_zone = '+00:00'; SET sql_mode = '';
        CREATE DATABASE d CHARACTER SET utf8 COLLATE utf8_general_ci; USE d;
        CREATE TABLE v (id INT PRIMARY KEY, i INT(5) ZEROFILL, f FLOAT, d DOUBLE, n DECIMAL(20,5), t TIMESTAMP(3) NULL, c CHAR(10),
          y YEAR NULL,
          b BIT(3), e ENUM('a','b') CHARACTER SET latin1, bl BLOB, tm TIME(2),
            cur TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP) ENGINE=InnoDB;
        INSERT INTO v VALUES
          (1, 42, 0.1, 0.1, 0.1, '2024-01-01 00:00:00.123', 'grün', 2024, b'101', 'a', X'00FF', '-01:02:03.45', '2024-01-01 00:00:00'),
          (2, 0, 1e10, 1e-300, -12345.67891, '1971-01-01 00:00:00', '', 1901, b'0', 'b', '', '838:59:59', '2024-01-01 00:00:00'),
          (3, 7, 16777216, 123456789012345680, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL, '2024-01-01 00:00:00'),
          (4, 1, 3.4028234663852886e38, 1.7976931348623157e308, 1, NULL, 'x', 0, b'1', 'a', 'x', '00:00:00', '2024-01-01 00:00:00');
        """;

    private const string Documents =
        """
        USE d; CREATE TABLE j (id INT PRIMARY KEY, j JSON); CREATE TABLE k (j JSON);
        INSERT INTO j VALUES (1,'{"a": 1.0}'),(2,'1e10'),(3,'1e100'),(4,'0.1'),(5,'-0.0'),
          (6,'1.5e-7'),(7,'123456789012345678'),(8,'1.7976931348623157e308'),
          (9,'"a/b\\u001f\\u00e9"'),(10,CAST(CAST('12:34:56' AS TIME) AS JSON)),
          (11,CAST(CAST(1.50 AS DECIMAL(10,2)) AS JSON)),(12,'100000000000000000000'),
          (13,'12345678.25'),(14,'1e16'),(15,'3.0E0'),(16,'{"b":1,"aa":2,"a":3}');
        INSERT INTO k SELECT j FROM j; INSERT INTO k VALUES ('2.0'), ('2.0');
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerFlavour.MySql56, ServerFlavour.MySql57)]
    [InlineData(ServerFlavour.MySql57, ServerFlavour.MySql)]
    [InlineData(ServerFlavour.MariaDb, ServerFlavour.MariaDb118)]
    [InlineData(ServerFlavour.MySql57, ServerFlavour.MariaDb)]
    public void Equal_data_is_equal_and_seeded_differences_are_found_and_repaired(ServerFlavour older, ServerFlavour newer)
    {
        using MySqlServer source = MySqlServer.Start(older), replica = MySqlServer.Start(newer);
        bool hasJson = older != ServerFlavour.MySql56, isJsonText = newer.IsMariaDb;
        foreach (MySqlServer server in (MySqlServer[])[source, replica])
            server.Sql(Values + (hasJson ? server.Flavour.IsMariaDb ? WithoutCasts(Documents) : Documents : ""));
        Assert.Empty(Compare(source, replica).Select(f => f.ToString()));
        if (older.IsMariaDb == newer.IsMariaDb)
            Assert.Empty(Schema(source, replica).Where(f => f.Severity != FindingSeverity.Info).Select(f => f.ToString()));

        replica.Sql("SET sql_mode = ''; UPDATE v SET d = 0.30000000000000004e0 WHERE id = 1; UPDATE v SET f = 16777218 WHERE id = 3; "
            + "DELETE FROM v WHERE id = 4", "d");
        if (hasJson)
            replica.Sql("UPDATE j SET j = '{\"a\": 2.0}' WHERE id = 1; DELETE FROM j WHERE id = 16", "d");
        if (hasJson && !isJsonText)
            replica.Sql("UPDATE k SET j = '3.0' WHERE j = 2.0 LIMIT 1", "d");
        List<ConsistencyFinding> findings = Compare(source, replica);
        Assert.Equal(!hasJson ? 3 : isJsonText ? 5 : 7, findings.Count);
        RepairScript script = RepairScript.Start(reverse: false, takesLikely: true);
        findings.ForEach(script.Add);
        string path = Path.Combine(replica.FilesPath, "repair.sql");
        Assert.True(script.WriteFile(path, overwrite: false).IsComplete);
        replica.RunFile(path);
        Assert.Empty(Compare(source, replica).Select(f => f.ToString()));
    }

    private static string WithoutCasts(string sql) => sql
        .Replace("CAST(CAST('12:34:56' AS TIME) AS JSON)", "'\"12:34:56.000000\"'", StringComparison.Ordinal)
        .Replace("CAST(CAST(1.50 AS DECIMAL(10,2)) AS JSON)", "'1.50'", StringComparison.Ordinal);

    private static List<ConsistencyFinding> Compare(MySqlServer here, MySqlServer there)
    {
        using ComparedServer source = new(here.Connect, Token), replica = new(there.Connect, Token);
        return [.. new DataCheck(new ServerPair(source, replica), new DataCheckOptions { Tables = new TableFilter(["d"], [], [], []) }).Run(
            e => throw e, Token)];
    }

    private static List<ConsistencyFinding> Schema(MySqlServer here, MySqlServer there)
    {
        using ComparedServer source = new(here.Connect, Token), replica = new(there.Connect, Token);
        return [.. new SchemaCheck(new ServerPair(source, replica), new TableFilter(["d"], [], [], [])).Run(e => throw e, Token)];
    }
}
