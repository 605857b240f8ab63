using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Binlog;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

/// <summary>What comes over the wire is what the server's files hold, event for event.</summary>
public abstract class ServerLogTests(ServerFixture fixture)
{
    private static int _databases;

    protected MySqlServer Server => fixture.Server;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ConnectionOptions Options => Server.SocketOptions();

    [Fact]
    public void Everything_comes_as_from_the_files()
    {
        Write();
        Server.Sql("CREATE DATABASE IF NOT EXISTS big; CREATE TABLE IF NOT EXISTS big.t (v LONGTEXT) ENGINE=MyISAM; "
            + "INSERT INTO big.t VALUES (REPEAT('0123456789abcdef', 4 << 20))");
        Server.FlushLogs();
        Write();
        Server.FlushLogs();

        List<BinlogEvent> found = WireReading.Events(Options, new ServerLogRequest(), Stop);

        // MariaDB may add a checkpoint at any time.
        List<BinlogEvent> expected = LogReading.Events([.. Server.BinlogFiles])[..found.Count];
        Assert.Contains(found, e => e.Size > 64 << 20);
        Assert.Equal(expected.Texts(), found.Texts());
        Assert.Equal(
            expected.Where(e => e.Operation != null).Select(e => Convert.ToHexString(e.FormatEvent!)),
            found.Where(e => e.Operation != null).Select(e => Convert.ToHexString(e.FormatEvent!)));
        Assert.All(found, e => Assert.Equal(Server.SocketPath, e.Server));
    }

    [Fact]
    public void Every_event_of_a_file_is_a_place_to_start_and_to_stop_at()
    {
        Server.FlushLogs();
        Write();
        Server.FlushLogs();
        AssertPlaces(Server, Server.BinlogFiles[^2]);
    }

    [Fact]
    public void What_is_not_in_a_set_of_GTIDs_comes()
    {
        Write();
        Server.FlushLogs();
        Write();
        string have = Server.Scalar($"SELECT {Server.Flavour.GtidVariable}");
        BinlogPosition start = Server.Position();
        Write();
        Server.FlushLogs();
        Write();
        Server.WaitForCheckpoint();

        List<BinlogEvent> expected = LogReading.Events([.. Server.BinlogFiles.TakeLast(2)], start.Offset);
        List<BinlogEvent> found = WireReading.Events(Options, new ServerLogRequest { StartGtid = have }, Stop);
        List<BinlogEvent> head = [.. found.TakeWhile(e => e.LogFile == start.File && e.Position < start.Offset)];
        Assert.All(head, e => Assert.Null(e.Gtid));
        Assert.Equal(expected.Texts(), found.Skip(head.Count).Texts());
    }

    [Fact]
    public void A_connection_that_is_killed_again_and_again_loses_and_doubles_nothing()
    {
        BinlogPosition start = Server.Position();
        Write();
        Server.Sql("CREATE DATABASE bulk; CREATE TABLE bulk.t (v LONGTEXT) ENGINE=MyISAM;");
        Server.Sql(string.Concat(Enumerable.Repeat("INSERT INTO bulk.t VALUES (REPEAT('0123456789abcdef', 50000));", 16)));
        Write();
        Server.FlushLogs();
        var news = new List<string>();
        var found = new List<BinlogEvent>();
        using (EventScan scan = WireReading.Scan(
            Options, new ServerLogRequest { StartFile = start.File, StartPosition = start.Offset, Follow = true }, Stop, news.Add))
        {
            List<BinlogEvent> expected =
                LogReading.Events([.. Server.BinlogFiles.SkipWhile(f => Path.GetFileName(f) != start.File)], start.Offset);
            while (found.Count < expected.Count && scan.Read())
            {
                found.Add(scan.ToBinlogEvent());
                if (found.Count % 20 == 0)
                    KillDumps();
            }

            Assert.Equal(expected.Texts(), found.Texts());
        }

        Assert.NotEmpty(news);
        Assert.All(news, text => Assert.Contains("going on after", text));
    }

    [Fact]
    public async Task A_log_that_is_followed_goes_on_after_a_restart()
    {
        BinlogPosition start = Server.Position();
        Write();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var found = new List<BinlogEvent>();
        Task reading = Task.Run(
            () =>
            {
                using EventScan scan = WireReading.Scan(
                    Options, new ServerLogRequest { StartFile = start.File, StartPosition = start.Offset, Follow = true }, enough.Token);
                while (scan.Read())
                {
                    lock (found)
                        found.Add(scan.ToBinlogEvent());
                }
            },
            Stop);
        WaitFor(5);
        Server.Restart();
        Write();
        Server.FlushLogs();

        List<BinlogEvent> expected =
            LogReading.Events([.. Server.BinlogFiles.SkipWhile(f => Path.GetFileName(f) != start.File)], start.Offset);
        WaitFor(expected.Count);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        // MariaDB writes a checkpoint into the new log when it gets round to it.
        Assert.Equal(expected.Texts(), found.Texts().Take(expected.Count));

        void WaitFor(int count)
        {
            DateTime deadline = DateTime.UtcNow.AddMinutes(5);
            while (!reading.IsCompleted && DateTime.UtcNow < deadline)
            {
                lock (found)
                {
                    if (found.Count >= count)
                        return;
                }

                Thread.Sleep(20);
            }
        }
    }

    [Fact]
    public void The_file_that_holds_a_time_is_the_first_one_read()
    {
        Write();
        Thread.Sleep(1100);
        Server.FlushLogs();
        Thread.Sleep(1100);
        DateTime time = DateTime.UtcNow;
        string file = Path.GetFileName(Server.BinlogFiles[^1]);
        Write();

        Assert.Equal(file, WireReading.Events(Options, new ServerLogRequest { StartTime = time }, Stop)[0].LogFile);
    }

    protected static void AssertPlaces(MySqlServer server, string path)
    {
        string file = Path.GetFileName(path);
        List<BinlogEvent> all = LogReading.Events([path]);
        foreach (BinlogEvent place in all)
        {
            var behind = new ServerLogRequest { StartFile = file, StopFile = file, StartPosition = place.Position };
            Assert.Equal(
                all.Where(e => e.Position >= place.Position).Texts(), WireReading.Events(server.SocketOptions(), behind, Stop).Texts());
            var ahead = new ServerLogRequest { StartFile = file, StopFile = file, StopPosition = place.Position };
            Assert.Equal(all.Where(e => e.Position < place.Position).Texts(),
                WireReading.Events(server.SocketOptions(), ahead, Stop).Texts());
        }

        var end = new ServerLogRequest { StartFile = file, StopFile = file, StartPosition = all[^1].EndPosition };
        Assert.Empty(WireReading.Events(server.SocketOptions(), end, Stop));
    }

    protected void Write() => Write(Server);

    /// <summary>Some transactions of all kinds in a database of its own.</summary>
    protected static void Write(MySqlServer server)
    {
        string name = $"live{Interlocked.Increment(ref _databases)}";
        server.Sql($"CREATE DATABASE {name}");
        server.Sql(
            """
            CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(100), d DECIMAL(9,2)); CREATE TABLE b (id INT) ENGINE=MyISAM;
            INSERT INTO a VALUES (1, 'one', 1.5), (2, 'two', NULL), (3, 'three', -3);
            BEGIN; UPDATE a SET v = UPPER(v); SAVEPOINT s; DELETE FROM a WHERE id = 2; ROLLBACK TO s; INSERT INTO a VALUES (4, '', 0);
            COMMIT;
            INSERT INTO b VALUES (2), (3); UPDATE b SET id = id + 10;
            ALTER TABLE a ADD COLUMN w INT; DELETE FROM a WHERE w IS NULL;
            """, name);
    }

    private void KillDumps()
    {
        foreach (string[] dump in Server.Query("SHOW PROCESSLIST").Where(r => r[4].StartsWith("Binlog Dump", StringComparison.Ordinal)))
        {
            try
            {
                Server.Sql($"KILL {dump[0]}");
            }
            catch (InvalidOperationException e) when (e.Message.Contains("Unknown thread id", StringComparison.Ordinal))
            {
                // One that was killed before, and has ended meanwhile.
            }
        }
    }
}
