using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>Relay logs: the events of the source after a format of the replica's own, with the source's positions.</summary>
public sealed class RelayLogTests
{
    [Fact]
    public void A_relay_log_undoes_what_its_source_logged()
    {
        using MySqlServer source = MySqlServer.Start(ServerFlavour.MySql, "performance-schema=ON");
        using MySqlServer replica =
            MySqlServer.Start(ServerFlavour.MySql, "performance-schema=ON", "relay-log=relay", "relay-log-purge=OFF");
        source.Sql("CREATE USER r IDENTIFIED BY 'r'; GRANT REPLICATION SLAVE ON *.* TO r; CREATE DATABASE d; "
            + "CREATE TABLE d.t (id INT PRIMARY KEY, v INT); INSERT INTO d.t VALUES (1, 1), (2, 2), (3, 3)");
        replica.Sql($"CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT={source.Port}, SOURCE_USER='r', "
            + $"SOURCE_PASSWORD='r', SOURCE_AUTO_POSITION=1, GET_SOURCE_PUBLIC_KEY=1; START REPLICA");
        Wait(source, replica);
        string before = source.Dump("d");
        string log = source.FlushLogs();
        source.Sql("UPDATE d.t SET v = 10 WHERE id = 1; DELETE FROM d.t WHERE id > 1");
        log = source.FlushLogs();
        Wait(source, replica);
        replica.Client("STOP REPLICA");

        string[] relayLogs = [.. Directory.GetFiles(replica.DataPath, "relay.0*").Order(StringComparer.Ordinal)];
        BinlogEvent[] expected = [.. BinlogRecovery.ReadEvents([log]).Where(e => e.Operation != null)];
        BinlogEvent[] found = [.. BinlogRecovery.ReadEvents(relayLogs).Where(e => e.Operation != null).TakeLast(expected.Length)];
        Assert.Equal(expected.Select(e => (e.Gtid, e.ServerId, e.RowCount)), found.Select(e => (e.Gtid, e.ServerId, e.RowCount)));
        Assert.Equal(expected.Select(e => Convert.ToHexString(e.RawEvent!)), found.Select(e => Convert.ToHexString(e.RawEvent!)));

        UndoBinlog undo = BinlogRecovery.WriteUndoBinlog(found, Path.Combine(source.FolderPath, "undo"));
        source.ApplyBinlog(undo.Path);
        Assert.Equal(before, source.Dump("d"));
        Wait(source, replica, start: true);
        Assert.Equal(before, replica.Dump("d"));
    }

    private static void Wait(MySqlServer source, MySqlServer replica, bool start = false)
    {
        if (start)
            replica.Client("START REPLICA");
        string gtids = source.Scalar("SELECT @@GLOBAL.gtid_executed").Replace("\n", "");
        Assert.Equal("0", replica.Scalar($"SELECT WAIT_FOR_EXECUTED_GTID_SET('{gtids}', 60)"));
    }
}
