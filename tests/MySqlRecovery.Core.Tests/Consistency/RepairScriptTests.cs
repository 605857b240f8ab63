using System.Text;
using MySqlRecovery.Consistency;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
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
        script.Add(Row(FindingType.RowDifferent, "DELETE FROM `d`.`t` WHERE `id` = 3 LIMIT 1;", "INSERT INTO `d`.`t` (`id`) VALUES (3);"));
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
        script.Add(Row(FindingType.RowMissing));
        Assert.Equal(0, script.RowCount);
        Assert.Contains("the row has no repair", Assert.Single(script.Reasons));
        Assert.Equal("RepairUnknown",
            Assert.Throws<RecoveryException>(() => script.Add(Row(FindingType.RowExtra, "DROP DATABASE d;"))).ErrorId);
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

    [Fact]
    public void Names_and_values_that_end_a_statement_stay_within_it()
    {
        const string Update = "UPDATE `d`.`t` SET `v``;\nDROP TABLE x;-- ` = 'a;\nDELETE FROM x;' WHERE `id` = 2 LIMIT 1;";
        RepairScript script = RepairScript.Start(reverse: false);
        script.Add(Row(FindingType.RowDifferent, Update));
        Assert.Contains(Update, Lines(script));
        foreach (string two in (string[])["DELETE FROM `t`; DROP TABLE x;", "DELETE FROM `t`", "INSERT INTO t VALUES ('x);",
            "UPDATE `t` SET `a` = 1;\nDROP TABLE x;"])
            Assert.Equal("RepairUnknown", Assert.Throws<RecoveryException>(() => script.Add(Row(FindingType.RowExtra, two))).ErrorId);
    }

    [Fact]
    public void Index_0_of_an_enum_is_written_in_a_mode_that_takes_it_and_nothing_else_is()
    {
        RepairScript script = RepairScript.Start(reverse: false);
        script.Add(Row(FindingType.RowMissing, SqlScriptWriter.LenientMode, "INSERT INTO `t` (`e`) VALUES (0);"));
        script.Add(Row(FindingType.RowMissing, "INSERT INTO `t` (`e`) VALUES ('a');"));
        Assert.Equal(
            [SqlScriptWriter.LenientMode, "INSERT INTO `t` (`e`) VALUES (0);", SqlScriptWriter.StrictMode,
                "INSERT INTO `t` (`e`) VALUES ('a');", "COMMIT;"],
            Lines(script).TakeLast(5));
    }

    [Fact]
    public void Rows_that_the_replica_may_still_get_by_itself_are_left_out_unless_they_are_asked_for()
    {
        ConsistencyFinding likely = Row(FindingType.RowMissing, "INSERT INTO `t` (`id`) VALUES (1);");
        likely.Confidence = FindingConfidence.Likely;
        RepairScript script = RepairScript.Start(reverse: false);
        script.Add(likely);
        Assert.Equal(0, script.RowCount);
        Assert.Contains("-IncludeLikely", Assert.Single(script.Reasons));
        script = RepairScript.Start(reverse: false, takesLikely: true);
        script.Add(likely);
        Assert.Equal((1, 0), (script.RowCount, script.Reasons.Count));
    }

    private static ConsistencyFinding Row(FindingType type, params string[] repair)
    {
        var finding = new ConsistencyFinding
        {
            Type = type,
            Confidence = FindingConfidence.Proven,
            Server = "db2:3306",
            Database = "d",
            Table = "t",
            Key = "`id` = 1",
        };
        finding.SetRepair(repair);
        return finding;
    }

    private static List<string> Lines(RepairScript script)
    {
        using var output = new Statements();
        script.Write(output);
        return output.All;
    }

    private sealed class Statements : SqlOutput
    {
        public List<string> All { get; } = [];

        public override void Statement(ReadOnlySpan<byte> sql) => All.Add(Encoding.UTF8.GetString(sql));

        public override void Comment(string text)
        {
        }
    }
}
