using System.Globalization;
using System.Text.RegularExpressions;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Binlog;

/// <summary>What GTID events say of their transactions is what the server's own program prints of them.</summary>
public abstract partial class GtidFactTests(ServerFixture fixture)
{
    private MySqlServer Server => fixture.Server;

    [Fact]
    public void Every_field_of_a_GTID_event_is_that_of_the_servers_own_program()
    {
        Server.Sql("CREATE DATABASE gtid_facts; CREATE TABLE gtid_facts.t (id INT PRIMARY KEY) ENGINE=InnoDB");
        Server.FlushLogs();
        bool isTagged = Server.Flavour == ServerFlavour.MySql;
        Server.Sql(
            "INSERT INTO t VALUES (1); BEGIN; INSERT INTO t VALUES (2); INSERT INTO t VALUES (3); COMMIT; ALTER TABLE t ADD v INT; "
                + (isTagged ? "SET gtid_next = 'AUTOMATIC:fact'; INSERT INTO t VALUES (4, 4); SET gtid_next = 'AUTOMATIC'; " : "")
                + "XA START 'x', 'yz', 3; INSERT INTO t (id) VALUES (5); XA END 'x', 'yz', 3; XA PREPARE 'x', 'yz', 3; "
                + "XA COMMIT 'x', 'yz', 3",
            "gtid_facts");
        string log = Server.FlushLogs();
        BinlogEvent[] events = [.. BinlogRecovery.ReadEvents([log])];
        BinlogEvent[] gtids = [.. events.Where(e => e.EventType is BinlogEventType.Gtid or BinlogEventType.AnonymousGtid
            or BinlogEventType.GtidTagged or BinlogEventType.MariaDbGtid)];
        string text = Server.Mysqlbinlog(log);
        if (Server.Flavour.IsMariaDb)
            AssertMariaDb(gtids, text);
        else
            AssertMySql(gtids, text);
        foreach (BinlogEvent item in events.Where(e => e.Operation != null))
        {
            BinlogEvent gtid = gtids.Last(g => g.Position < item.Position);
            Assert.Equal(
                (gtid.CommitTime, gtid.SequenceNumber, gtid.LastCommitted, gtid.TransactionLength, gtid.ImmediateServerVersion,
                    gtid.CommitId, gtid.GtidFlags),
                (item.CommitTime, item.SequenceNumber, item.LastCommitted, item.TransactionLength, item.ImmediateServerVersion,
                    item.CommitId, item.GtidFlags));
        }
    }

    private void AssertMySql(BinlogEvent[] gtids, string text)
    {
        Match[] printed = [.. Header().Matches(text).Cast<Match>()];
        Assert.Equal(printed.Length, gtids.Length);
        Version version = Version.Parse(Numbers().Match(Server.Version).Value);
        for (int i = 0; i < gtids.Length; i++)
        {
            string Value(string name) => Regex.Match(printed[i].Value, $@"\b{name}=(\S+)").Groups[1].Value;
            BinlogEvent gtid = gtids[i];
            if (version < new Version(5, 7))
            {
                Assert.Equal((null, null, null), (gtid.LastCommitted, gtid.SequenceNumber, gtid.IsRowsOnly));
                continue;
            }

            Assert.Equal((Value("last_committed"), Value("sequence_number")), (Text(gtid.LastCommitted), Text(gtid.SequenceNumber)));
            Assert.True(gtid.SequenceNumber > 0);
            Assert.Equal(Value("rbr_only"), gtid.IsRowsOnly switch { true => "yes", false => "no", _ => "" });
            // The program of 5.7 prints 0 for what there is not.
            Assert.Equal(Value("transaction_length") is var length && length == "0" ? "" : length, Text(gtid.TransactionLength));
            string versionText = version >= new Version(8, 0) ? $"{version.Major}.{version.Minor}.{version.Build}" : "";
            Assert.Equal((versionText, versionText), (gtid.ImmediateServerVersion ?? "", gtid.OriginalServerVersion ?? ""));
            Assert.Equal(versionText.Length > 0, gtid.TransactionLength > 0);
            Assert.Equal((null, null, null), (gtid.CommitId, gtid.GtidFlags, gtid.XaId));
        }
    }

    private static void AssertMariaDb(BinlogEvent[] gtids, string text)
    {
        Match[] printed = [.. MariaDbHeader().Matches(text).Cast<Match>()];
        Assert.Equal(printed.Select(p => p.Groups[1].Value), gtids.Select(g => g.Gtid));
        for (int i = 0; i < gtids.Length; i++)
        {
            Assert.Equal(CommitId().Match(printed[i].Value).Groups[1].Value, Text(gtids[i].CommitId));
            Assert.Equal((null, null, null), (gtids[i].SequenceNumber, gtids[i].TransactionLength, gtids[i].ImmediateServerVersion));
        }

        Assert.Contains("XA COMMIT X'78',X'797a',3", text);
        Assert.Equal(["X'78',X'797a',3", "X'78',X'797a',3"], gtids.Select(g => g.XaId).Where(x => x != null));
    }

    private static string Text<T>(T? number) where T : struct, IFormattable => number?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    [GeneratedRegex(@"^#.*\t(Anonymous_)?(GTID|Gtid)(_Tagged)?\b.*$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Header();

    [GeneratedRegex(@"^#.*\tGTID (\d+-\d+-\d+).*$", RegexOptions.Multiline)]
    private static partial Regex MariaDbHeader();

    [GeneratedRegex(@"\bcid=(\d+)")]
    private static partial Regex CommitId();

    [GeneratedRegex(@"^\d+\.\d+\.\d+")]
    private static partial Regex Numbers();
}
