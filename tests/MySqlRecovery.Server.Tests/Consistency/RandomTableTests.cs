using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Consistency;
using MySqlRecovery.Consistency.Data;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>
/// Random tables on servers of two versions: no finding while they are equal, a finding in each that was changed, and none after
/// one repair. As many as MYSQLRECOVERY_RANDOM_TABLES says, from the seed in MYSQLRECOVERY_RANDOM_SEED on; without them a few, always
/// the same.
/// </summary>
public sealed class RandomTableTests
{
    private const int UsualCount = 60;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerFlavour.MySql56, ServerFlavour.MySql57)]
    [InlineData(ServerFlavour.MySql57, ServerFlavour.MySql)]
    [InlineData(ServerFlavour.MariaDb, ServerFlavour.MariaDb118)]
    [InlineData(ServerFlavour.MySql57, ServerFlavour.MariaDb)]
    public void Equal_tables_are_equal_and_what_was_changed_is_found_and_repaired_in_one_go(ServerFlavour older, ServerFlavour newer)
    {
        int? wanted = Setting("MYSQLRECOVERY_RANDOM_TABLES");
        int count = wanted ?? UsualCount;
        int seed = Setting("MYSQLRECOVERY_RANDOM_SEED") ?? (wanted == null ? 1 : Environment.TickCount);
        TestContext.Current.SendDiagnosticMessage($"{older} and {newer}: {count} tables from seed {seed}");
        var tables = new RandomTables(seed, older, newer);
        (string Create, string Change)[] all = [.. Enumerable.Range(0, count).Select(i => tables.Next($"t{i:0000}"))];
        const string Session = "SET NAMES utf8mb4; SET time_zone = '+00:00'; SET sql_mode = ''; ";
        using MySqlServer source = MySqlServer.Start(older), replica = MySqlServer.Start(newer);
        foreach (MySqlServer server in (MySqlServer[])[source, replica])
            server.Sql($"{Session} CREATE DATABASE r; USE r;\n{string.Concat(all.Select(t => t.Create))}");
        AssertNone(Compare(source, replica), seed, all);

        var changes = new StringBuilder(Session);
        foreach ((_, string change) in all)
            changes.Append(CultureInfo.InvariantCulture, $"{change} SELECT ROW_COUNT();\n");
        int[] changed = [.. replica.Query(changes.ToString(), "r").Select(row => int.Parse(row[0], CultureInfo.InvariantCulture))];
        string[] expected = [.. Enumerable.Range(0, count).Where(i => changed[i] > 0).Select(i => $"t{i:0000}")];
        List<ConsistencyFinding> findings = Compare(source, replica);
        Assert.True(
            expected.SequenceEqual(findings.Select(f => f.Table).Distinct().Order(StringComparer.Ordinal)),
            $"seed {seed}: missed {string.Join(',', expected.Except(findings.Select(f => f.Table)))}, false "
                + $"{string.Join(',', findings.Select(f => f.Table).Except(expected))}");

        RepairScript script = RepairScript.Start(reverse: false, takesLikely: true);
        findings.ForEach(script.Add);
        string path = Path.Combine(replica.FilesPath, "repair.sql");
        SqlExport export = script.WriteFile(path, overwrite: false);
        Assert.True(export.IsComplete, $"seed {seed}: {string.Join('\n', export.Reason)}");
        replica.RunFile(path);
        AssertNone(Compare(source, replica), seed, all);
    }

    private static void AssertNone(List<ConsistencyFinding> findings, int seed, (string Create, string Change)[] all)
    {
        if (findings.Count > 0)
            Assert.Fail($"seed {seed}: {string.Join('\n', findings.Take(3).Select(
                f => $"{f}\n{f.Repair}\n{all[int.Parse(f.Table![1..], CultureInfo.InvariantCulture)]}"))}");
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;

    private static List<ConsistencyFinding> Compare(MySqlServer here, MySqlServer there)
    {
        using ComparedServer source = new(here.Connect, Token), replica = new(there.Connect, Token);
        return [.. new DataCheck(new ServerPair(source, replica), new DataCheckOptions { Tables = new TableFilter(["r"], [], [], []) }).Run(
            e => throw e, Token)];
    }
}
