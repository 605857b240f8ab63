using System.Text;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Consistency.Logs;
using Xunit;

namespace MySqlRecovery.Core.Tests.Consistency.Logs;

public sealed class ReplicaErrorLogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // MySQL 5.5, 5.6, 5.7, 8.0, 9.7, 9.7 as JSON, and MariaDB 10.11 by position and by GTID, as the servers wrote them.
    [Theory]
    [InlineData("240131 17:04:46 [Note] 'SQL_SLAVE_SKIP_COUNTER=1' executed at relay_log_file='./mysqld-relay-bin.000002', "
        + "relay_log_pos='1378', master_log_name='binlog.000001', "
        + "master_log_pos='1218' and new position at relay_log_file='./mysqld-relay-bin.000003', relay_log_pos='486', "
        + "master_log_name='binlog.000001', master_log_pos='1424' ", "240131 17:04:46")]
    [InlineData("2026-11-21 17:04:46 4477 [Note] 'SQL_SLAVE_SKIP_COUNTER=1' executed at relay_log_file='./mysqld-relay-bin.000002', "
        + "relay_log_pos='1378', master_log_name='binlog.000001', "
        + "master_log_pos='1218' and new position at relay_log_file='./mysqld-relay-bin.000003', relay_log_pos='486', "
        + "master_log_name='binlog.000001', master_log_pos='1424' ", "2026-11-21 17:04:46")]
    [InlineData("2026-11-21T17:04:46.123456Z 12 [Note] 'SQL_SLAVE_SKIP_COUNTER=1' executed at relay_log_file='C:\\data\\relay.000002', "
        + "relay_log_pos='1378', master_log_name='binlog.000001', "
        + "master_log_pos='1218' and new position at relay_log_file='C:\\data\\relay.000003', relay_log_pos='486', "
        + "master_log_name='binlog.000001', master_log_pos='1424' ", "2026-11-21 17:04:46")]
    [InlineData("2026-11-21T17:04:46.220092+02:00 54 [Note] [MY-010582] [Repl] 'SQL_SLAVE_SKIP_COUNTER=1' executed at "
        + "relay_log_file='./vm-relay-bin.000006', relay_log_pos='955', master_log_name='binlog.000001', "
        + "master_log_pos='1218' and new position at relay_log_file='./vm-relay-bin.000007', relay_log_pos='636', "
        + "master_log_name='binlog.000001', master_log_pos='1424' ", "2026-11-21 17:04:46")]
    [InlineData("2026-11-21T17:04:46.220092Z 54 [Note] [MY-010582] [Repl] 'SQL_REPLICA_SKIP_COUNTER=1' executed at "
        + "relay_log_file='./vm-relay-bin.000006', relay_log_pos='955', source_log_name='binlog.000001', "
        + "source_log_pos='1218' and new position at relay_log_file='./vm-relay-bin.000007', relay_log_pos='636', "
        + "source_log_name='binlog.000001', source_log_pos='1424' ", "2026-11-21 17:04:46")]
    [InlineData("{ \"prio\" : 3, \"err_code\" : 10582, \"subsystem\" : \"Repl\", \"time\" : \"2026-11-21T17:04:46.220092Z\", "
        + "\"msg\" : \"'SQL_REPLICA_SKIP_COUNTER=1' executed at relay_log_file='./vm-relay-bin.000006', relay_log_pos='955', "
        + "source_log_name='binlog.000001', source_log_pos='1218' and new position at relay_log_file='./vm-relay-bin.000007', "
        + "relay_log_pos='636', source_log_name='binlog.000001', source_log_pos='1424' \" }", "2026-11-21 17:04:46")]
    [InlineData("2026-11-21 17:04:46 11 [Note] 'SQL_SLAVE_SKIP_COUNTER=1' executed at relay_log_file='./mysqld-relay-bin.000002', "
        + "relay_log_pos='1934', master_log_name='binlog.000001', "
        + "master_log_pos='1218' and new position at relay_log_file='./mysqld-relay-bin.000003', relay_log_pos='810', "
        + "master_log_name='binlog.000001', master_log_pos='1424' ", "2026-11-21 17:04:46")]
    [InlineData("2026-11-21 17:04:46 11 [Note] 'SQL_SLAVE_SKIP_COUNTER=1' executed at relay_log_file='./mysqld-relay-bin.000001', "
        + "relay_log_pos='4', master_log_name='binlog.000001', master_log_pos='1218', GTID '0-34340-5'; "
        + " and new position at relay_log_file='./mysqld-relay-bin.000002', relay_log_pos='907', master_log_name='binlog.000001', "
        + "master_log_pos='1424', GTID '0-34340-6';  ", "2026-11-21 17:04:46")]
    public void A_skip_gives_its_exact_range_in_the_words_of_every_version(string line, string time)
    {
        ReplicaLogEntry entry = ReplicaErrorLog.Parse(line)!;
        Assert.Equal((ReplicaLogEvent.Skip, time, 1L), (entry.Event, entry.Time, entry.Number));
        Assert.Equal((new LogPosition("binlog.000001", 1218), new LogPosition("binlog.000001", 1424)), (entry.Source, entry.SourceEnd));
        Assert.NotEqual(entry.RelayFile, entry.RelayEndFile);
        Assert.DoesNotContain('/', entry.RelayFile);
        Assert.DoesNotContain('\\', entry.RelayEndFile);
        Assert.Equal(line.Contains("GTID") ? ("0-34340-5", "0-34340-6") : (null, null), (entry.Gtid, entry.GtidEnd));
    }

    [Theory]
    [InlineData("2026-11-21 17:04:46 4477 [Note] Slave SQL thread initialized, "
        + "starting replication in log 'binlog.000002' at position 1218, relay log './mysqld-relay-bin.000002' position: 1378", "Start",
        "")]
    [InlineData("2026-11-21T17:05:38.167584Z 54 [Note] [MY-010581] [Repl] Replica SQL thread for channel 'east' initialized, "
        + "starting replication in log 'binlog.000002' at position 1218, relay log './vm-relay-bin.000006' position: 955", "Start", "east")]
    [InlineData("2026-11-21 17:06:05 11 [Note] Slave SQL thread initialized, "
        + "starting replication in log 'binlog.000002' at position 1218, relay log './mysqld-relay-bin.000001' position: 4; "
        + "GTID position '0-34340-5'", "Start", "")]
    [InlineData("2026-11-21T17:05:37.950597Z 44 [Note] [MY-010587] [Repl] Replica SQL thread for channel 'east' exiting, "
        + "replication stopped in log 'binlog.000002' at position 1218", "Stop", "east")]
    [InlineData("2026-11-21 17:05:05 7 [Note] Slave SQL thread exiting, replication stopped in log 'binlog.000002' at position 1218, "
        + "master: 127.0.0.1:34320", "Stop", "")]
    [InlineData("2026-11-21 17:06:05 7 [Note] Slave SQL thread exiting, replication stopped in log 'binlog.000002' at position 1218; "
        + "GTID position '0-34340-5', master: 127.0.0.1:34340", "Stop", "")]
    [InlineData("2026-11-21T17:05:37Z 44 [ERROR] [MY-010584] [Repl] Replica SQL for channel 'east': Could not execute Write_rows event "
        + "on table shop.users; Duplicate entry '2' for key 'users.PRIMARY', Error_code: 1062; handler error HA_ERR_FOUND_DUPP_KEY; "
        + "the event's source log binlog.000002, end_log_pos 1218, Error_code: MY-001062", "Error", "east")]
    public void Starts_stops_and_errors_give_their_place(string line, string kind, string channel)
    {
        ReplicaLogEntry entry = ReplicaErrorLog.Parse(line)!;
        Assert.Equal((kind, channel, new LogPosition("binlog.000002", 1218)), (entry.Event.ToString(), entry.Channel, entry.Source));
        Assert.Equal(line.Contains("GTID") ? "0-34340-5" : null, entry.Gtid);
        Assert.Equal(kind == "Error" ? 1062 : 0, entry.Number);
    }

    [Theory]
    [InlineData("2026-11-21 17:04:29 4477 [Note] 'CHANGE MASTER TO executed'. Previous state master_host='', master_port= 3306, "
        + "master_log_file='', master_log_pos= 4, master_bind=''. New state master_host='db1', master_port= 3307, master_log_file='', "
        + "master_log_pos= 4, master_bind=''.")]
    [InlineData("2026-11-21T17:04:33.964283Z 10 [System] [MY-010597] [Repl] 'CHANGE REPLICATION SOURCE TO FOR CHANNEL '' executed'. "
        + "Previous state source_host='', source_port= 3306, source_log_file='', source_log_pos= 4, "
        + "source_bind=''. New state source_host='db1', source_port= 3307, source_log_file='', source_log_pos= 4, source_bind=''.")]
    [InlineData("2026-11-21 17:04:36 5 [Note] 'CHANGE MASTER TO executed'. Previous state master_host='', master_port='3306', "
        + "master_log_file='', master_log_pos='4'. New state master_host='db1', master_port='3307', "
        + "master_log_file='', master_log_pos='4'.")]
    public void A_change_of_the_source_names_the_new_one(string line) =>
        Assert.Equal("db1:3307", ReplicaErrorLog.Parse(line)!.SourceServer);

    [Fact]
    public void Only_lines_about_the_SQL_thread_count_and_endless_lines_do_not_fill_the_memory()
    {
        const string Good = "2026-11-21 17:05:05 7 [Note] Slave SQL thread exiting, "
            + "replication stopped in log 'b.000001' at position 9, master: h:1";
        string text = "2026-11-21 17:05:05 7 [Note] Slave I/O thread exiting, read up to log 'b.000001', position 9\r\n" + Good + "\r\n"
            + new string('x', 10_000_000) + "\n" + Good + "\n'SQL_SLAVE_SKIP_COUNTER=1' executed at nothing\n" + Good;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(3, ReplicaErrorLog.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), Token).Count());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    [Fact]
    public void Whatever_a_log_holds_nothing_but_entries_comes_of_it()
    {
        const string Line = "2026-11-21 17:04:46 11 [Note] 'SQL_SLAVE_SKIP_COUNTER=1' executed at relay_log_file='./r.000001', "
            + "relay_log_pos='4', master_log_name='b.000001', master_log_pos='1218', GTID '0-3-5'; "
            + " and new position at relay_log_file='./r.000002', relay_log_pos='907', master_log_name='b.000001', "
            + "master_log_pos='1424', GTID '0-3-6';  ";
        for (int seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            char[] line = Line.ToCharArray();
            for (int i = random.Next(1, 8); i > 0; i--)
                line[random.Next(line.Length)] = random.Next(3) == 0 ? '\'' : (char)random.Next(1, 0x3000);
            if (ReplicaErrorLog.Parse(new string(line, 0, random.Next(line.Length))) is { } cut)
                Assert.True(cut.Source.Position >= 0);
            _ = SkippedRanges.Find(ReplicaErrorLog.Read(new MemoryStream(Encoding.Unicode.GetBytes(line)), Token));
            foreach (SkippedRange range in SkippedRanges.Find(ReplicaErrorLog.Read(new MemoryStream(Encoding.UTF8.GetBytes(line)), Token)))
                Assert.NotEmpty(range.Evidence);
        }
    }
}
