using MySqlRecovery.Consistency;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Consistency;

public sealed class RepairScriptTests
{
    [Fact]
    public void What_must_go_goes_first_and_what_must_come_comes_last()
    {
        RepairScript script = RepairScript.Start(reverse: false);
        script.Add(Row(FindingType.RowMissing, "INSERT INTO `d`.`t` (`id`) VALUES (1);"));
        script.Add(Row(FindingType.RowDifferent, "UPDATE `d`.`t` SET `v` = 'a;b' WHERE `id` = 2 LIMIT 1;"));
        script.Add(Row(FindingType.RowDifferent, "DELETE FROM `d`.`t` WHERE `id` = 3 LIMIT 1;\nINSERT INTO `d`.`t` (`id`) VALUES (3);"));
        script.Add(new ConsistencyFinding { Type = FindingType.Setting, Repair = "SET GLOBAL sync_binlog = 1;" });
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            SqlExport export = script.WriteFile(path, overwrite: false);
            Assert.Equal((3, 4, true), (export.RowCount, export.StatementCount, export.IsComplete));
            string[] lines = [.. File.ReadAllLines(path).Where(l => !l.StartsWith("--", StringComparison.Ordinal))];
            Assert.Equal("SET sql_log_bin = 0;", lines[0]);
            Assert.Equal(
                [
                    "BEGIN;", "DELETE FROM `d`.`t` WHERE `id` = 3 LIMIT 1;", "UPDATE `d`.`t` SET `v` = 'a;b' WHERE `id` = 2 LIMIT 1;",
                    "INSERT INTO `d`.`t` (`id`) VALUES (1);", "INSERT INTO `d`.`t` (`id`) VALUES (3);", "COMMIT;",
                ],
                lines[^6..]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_row_without_repair_makes_the_script_incomplete_and_a_foreign_statement_is_refused()
    {
        RepairScript script = RepairScript.Start(reverse: false);
        script.Add(Row(FindingType.RowMissing, null));
        Assert.Equal(0, script.RowCount);
        Assert.Contains("the row has no repair", Assert.Single(script.Reasons));
        Assert.Equal("RepairUnknown", Assert.Throws<RecoveryException>(() => script.Add(Row(FindingType.RowExtra, "DROP DATABASE d;"))).ErrorId);
        Assert.Equal("RepairReversed", Assert.Throws<RecoveryException>(() => RepairScript.Start(reverse: true)).ErrorId);
    }

    [Theory]
    [InlineData("0-1-5", "0-1-5", "")]
    [InlineData("0-1-5", "0-2-6", "")]
    [InlineData("0-1-5,3-1-7", "0-1-4,3-1-9", "0-1-5")]
    [InlineData("0-1-5", "", "0-1-5")]
    [InlineData("", "0-1-5", "")]
    public void A_MariaDb_position_is_reached_domain_by_domain(string wanted, string reached, string missing) =>
        Assert.Equal(missing, string.Join(',', ReplicaProgress.MissingDomains(wanted, reached)));

    private static ConsistencyFinding Row(FindingType type, string? repair) =>
        new() { Type = type, Server = "db2:3306", Database = "d", Table = "t", Key = "`id` = 1", Repair = repair };
}
