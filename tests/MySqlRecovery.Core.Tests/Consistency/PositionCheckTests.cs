using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Consistency;

/// <summary>Where a replica stands, by what servers say of it.</summary>
public sealed class PositionCheckTests
{
    private const string SourceId = "11111111-1111-1111-1111-111111111111";
    private const string OtherId = "22222222-2222-2222-2222-222222222222";
    private const string OwnId = "33333333-3333-3333-3333-333333333333";
    private const string Running = "Replica_IO_Running=Yes, Replica_SQL_Running=Yes, Last_IO_Errno=0, Last_SQL_Errno=0";

    [Fact]
    public void An_errant_transaction_does_not_hide_among_those_of_another_channel()
    {
        string channels = $"Source_UUID={SourceId}, Source_Server_Id=1, {Running}, Retrieved_Gtid_Set= | Source_UUID={OtherId}, "
            + $"Source_Server_Id=2, {Running}, Retrieved_Gtid_Set={OtherId}:1-5";
        List<ConsistencyFinding> findings = Check(channels, executed: $"{SourceId}:1-9,{OtherId}:1-5,{OwnId}:1");
        Assert.Equal([$"Error {OwnId}:1", $"Info {OtherId}:1-5"], findings.Select(f => $"{f.Severity} {f.Gtid}"));

        findings = Check(channels, executed: $"{SourceId}:1-9,{OtherId}:1-5");
        Assert.Equal([$"Info {OtherId}:1-5"], findings.Select(f => $"{f.Severity} {f.Gtid}"));
    }

    [Theory]
    [InlineData("3600", "3590", "Seconds_Behind_Source Info", "delay Info")]
    [InlineData("3600", "7300", "Seconds_Behind_Source Warning", "missing transactions Error")]
    [InlineData("0", "3590", "Seconds_Behind_Source Warning", "missing transactions Error")]
    public void A_delayed_replica_lacks_nothing_as_long_as_it_is_no_later_than_it_was_told(string delay, string behind,
        params string[] expected)
    {
        // It does not run while this test waits for it.
        string channel = $"Source_UUID={SourceId}, Source_Server_Id=1, {Running}, SQL_Delay={delay}, Seconds_Behind_Source={behind}";
        Assert.Equal(expected,
            Check(channel, executed: $"{SourceId}:1-8").Where(f => f.Type == FindingType.Position).Select(f => $"{f.Key} {f.Severity}")
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("0-2-7", "", "0-2-7")]
    [InlineData("0-2-7", "0-2-7", "")]
    [InlineData("0-2-7", "0-2-9", "")]
    [InlineData("0-2-8", "0-2-7", "0-2-8")]
    [InlineData("0-2-8", "0-3-9", "0-2-8")]
    public void What_MariaDb_applied_before_it_was_the_source_is_not_errant(string replicaState, string slavePos, string errant)
    {
        const string Version = "10.11.6-MariaDB";
        using ComparedServer source = AnswersByHeart.Open(
            "db1", Version, "server_id=1", scalar: sql => sql.EndsWith("gtid_slave_pos", StringComparison.Ordinal) ? slavePos : "0-1-3");
        using ComparedServer replica = AnswersByHeart.Open("db2", Version, "server_id=2", scalar: _ => replicaState);
        Assert.Equal(errant, string.Join(',',
            Run(source, replica).Where(f => f.Type == FindingType.TransactionErrant).Select(f => f.Gtid)));
    }

    [Theory]
    [InlineData("CREATE USER 'a'@'%' IDENTIFIED WITH 'mysql_native_password' AS '*0D3C' REQUIRE NONE",
        "CREATE USER 'a'@'%' IDENTIFIED WITH 'mysql_native_password' AS '***' REQUIRE NONE")]
    [InlineData("CREATE USER a IDENTIFIED WITH caching_sha2_password AS 0x2441",
        "CREATE USER a IDENTIFIED WITH caching_sha2_password AS '***'")]
    [InlineData("ALTER USER a IDENTIFIED BY 'it''s; \\' x' REPLACE \"old\"", "ALTER USER a IDENTIFIED BY '***' REPLACE '***'")]
    [InlineData("GRANT SELECT ON *.* TO 'u'@'h' IDENTIFIED BY PASSWORD '*94BD'",
        "GRANT SELECT ON *.* TO 'u'@'h' IDENTIFIED BY PASSWORD '***'")]
    [InlineData("CREATE USER u IDENTIFIED VIA ed25519 USING 'hash' OR unix_socket",
        "CREATE USER u IDENTIFIED VIA ed25519 USING '***' OR unix_socket")]
    [InlineData("SET PASSWORD FOR 'u'@'%'='*94BD'", "SET PASSWORD FOR 'u'@'%'='***'")]
    [InlineData("SET PASSWORD FOR `u`@`%` = PASSWORD('x')", "SET PASSWORD FOR `u`@`%` = PASSWORD('***')")]
    [InlineData("/* c */ CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD='x'",
        "/* c */ CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD='***'")]
    [InlineData("CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'u', PASSWORD 'x')",
        "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'u', PASSWORD '***')")]
    [InlineData("CREATE USER 'by'@'password' IDENTIFIED BY 'x', `as`@'using' IDENTIFIED BY 'y' COMMENT 'z'",
        "CREATE USER 'by'@'password' IDENTIFIED BY '***', `as`@'using' IDENTIFIED BY '***' COMMENT 'z'")]
    [InlineData("CREATE OR REPLACE USER u IDENTIFIED BY 'x", "\u2026")]
    [InlineData("START REPLICA USER='u' PASSWORD='x'", "START REPLICA USER='u' PASSWORD='***'")]
    [InlineData("/* torn comment UPDATE t SET a = 1", "/* torn comment UPDATE t SET a = 1")]
    [InlineData("UPDATE t SET password = 'x'", "UPDATE t SET password = 'x'")]
    public void No_password_and_no_hash_of_one_is_shown(string statement, string shown) => Assert.Equal(shown, SqlSecrets.Mask(statement));

    private static List<ConsistencyFinding> Check(string channels, string executed)
    {
        using ComparedServer source = AnswersByHeart.Open(
            "db1", "8.4.3", $"server_id=1, server_uuid={SourceId}, gtid_mode=ON",
            scalar: sql => sql.Contains("SUBTRACT", StringComparison.Ordinal) ? Subtract(sql, $"{SourceId}:1-9")
                : $"{SourceId}:1-9");
        using ComparedServer replica = AnswersByHeart.Open(
            "db2", "8.4.3", $"server_id=3, server_uuid={OwnId}, gtid_mode=ON", channel: channels,
            scalar: sql => sql.Contains("SUBTRACT", StringComparison.Ordinal) ? Subtract(sql, executed)
                : sql.Contains("SUBSET", StringComparison.Ordinal) ? executed.Contains("1-9", StringComparison.Ordinal) ? "1" : "0"
                    : executed);
        return Run(source, replica);
    }

    private static List<ConsistencyFinding> Run(ComparedServer source, ComparedServer replica) =>
        [.. new PositionCheck(new ServerPair(source, replica)).Run(e => throw e, TestContext.Current.CancellationToken)];

    // Sets whose parts are equal or have nothing in common.
    private static string Subtract(string sql, string executed)
    {
        string[] sets = [.. sql.Split('\'').Where((_, i) => i % 2 == 1)];
        string[] taken = (sets.Length > 1 ? sets[1] : executed).Split(',');
        return string.Join(',', sets[0].Split(',').Except(taken));
    }
}
