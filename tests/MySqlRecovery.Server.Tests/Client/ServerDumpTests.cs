using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

/// <summary>The binlog of each server over the wire, compared with the server's files byte for byte.</summary>
public abstract class ServerDumpTests(ServerFixture fixture)
{
    private static int _databases;

    protected MySqlServer Server => fixture.Server;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A GTID position of the server, in the form that a dump takes.</summary>
    protected string GtidNow() => Server.Scalar($"SELECT {Server.Flavour.GtidVariable}");

    [Fact]
    public void Every_event_of_every_file_comes_as_it_is_stored()
    {
        Write(50);
        Server.FlushLogs();
        Write(50);
        Server.WaitForCheckpoint();

        List<DumpedEvent> expected = Server.BinlogFiles.SelectMany(BinlogBytes.OfFile).ToList();
        List<DumpedEvent> found = BinlogBytes.OfServer(Server.SocketOptions(), new BinlogDumpRequest(), Token);
        Assert.True(expected.Count > 200);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void A_dump_starts_at_a_file_and_position()
    {
        Write(5);
        BinlogPosition start = Server.Position();
        Write(5);
        Server.WaitForCheckpoint();

        List<DumpedEvent> expected = BinlogBytes.OfFile(Server.BinlogFiles[^1]).Where(e => e.Position >= start.Offset).ToList();
        using BinlogDump dump = BinlogDump.Start(
            Server.Connect(), new BinlogDumpRequest { FileName = start.File, Position = start.Offset }, Token);

        // Needed to read the rest, but it stands further up in the file.
        Assert.True(dump.Read(Token));
        Assert.Equal((BinlogBytes.FormatDescription, false, start.File, 4),
            (dump.Event.Span[4], dump.IsStored, dump.FileName, dump.Position));
        Assert.Equal(expected, BinlogBytes.Take(dump, Token));
        Assert.Equal(Server.Position(), new BinlogPosition(dump.FileName, dump.NextPosition));
    }

    [Fact]
    public void A_dump_starts_after_a_set_of_GTIDs()
    {
        Write(5);
        Server.FlushLogs();
        Write(5);
        string have = GtidNow();
        BinlogPosition start = Server.Position();
        Write(5);
        Server.FlushLogs();
        Write(5);
        Server.WaitForCheckpoint();

        List<DumpedEvent> expected = Server.BinlogFiles.TakeLast(2).SelectMany(BinlogBytes.OfFile)
            .Where(e => e.File != start.File || e.Position >= start.Offset).ToList();
        List<DumpedEvent> found = BinlogBytes.OfServer(Server.SocketOptions(), new BinlogDumpRequest { GtidSet = have }, Token);
        DumpedEvent[] head = found.TakeWhile(e => e.File == start.File && e.Position < start.Offset).ToArray();

        // What a server sends of the first file before the first missing transaction is its head, and no transaction.
        Assert.All(head, e => Assert.Contains(e.Type, HeadTypes));
        Assert.Equal(expected, found.Skip(head.Length));
    }

    [Fact]
    public void An_event_of_60_MiB_comes_whole()
    {
        string database = Write(1);
        BinlogPosition start = Server.Position();
        Server.Sql($"INSERT INTO {database}.big VALUES (REPEAT('0123456789abcdef', 60 * 65536))");
        Server.WaitForCheckpoint();

        List<DumpedEvent> expected = BinlogBytes.OfFile(Server.BinlogFiles[^1]).Where(e => e.Position >= start.Offset).ToList();
        Assert.Contains(expected, e => e.Hex.Length / 2 > 60 << 20);
        List<DumpedEvent> found = BinlogBytes.OfServer(
            Server.SocketOptions(), new BinlogDumpRequest { FileName = start.File, Position = start.Offset }, Token);
        Assert.True(expected.SequenceEqual(found));
    }

    [Fact]
    public async Task A_blocking_dump_gives_what_is_written_later_and_lives_on_heartbeats()
    {
        BinlogPosition start = Server.Position();
        var request = new BinlogDumpRequest
        {
            FileName = start.File,
            Position = start.Offset,
            Blocking = true,
            HeartbeatPeriod = TimeSpan.FromSeconds(1.5),
        };
        using ServerConnection connection = Server.Connect();
        using BinlogDump dump = BinlogDump.Start(connection, request, Token);
        Assert.True(dump.Read(Token));
        Task writer = Task.Run(
            () =>
            {
                // Longer than the client waits for a sign of life.
                Thread.Sleep(5500);
                Write(1);
            },
            Token);
        Assert.True(dump.Read(Token));
        Assert.Equal(start.Offset, dump.Position);
        await writer;
        string[] session = Assert.Single(Server.Query("SHOW PROCESSLIST"), r => r[0] == $"{connection.ConnectionId}");
        Assert.StartsWith("Binlog Dump", session[4], StringComparison.Ordinal);
    }

    [Fact]
    public void A_blocking_dump_ends_when_it_is_cancelled()
    {
        var request = new BinlogDumpRequest { Blocking = true, HeartbeatPeriod = TimeSpan.FromMinutes(2) };
        using BinlogDump dump = BinlogDump.Start(Server.Connect(), request, Token);
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        DateTime start = DateTime.UtcNow;
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            while (dump.Read(cancel.Token))
            {
            }
        });
        Assert.True(DateTime.UtcNow - start < TimeSpan.FromMinutes(1), "the next sign of life was waited for");
    }

    [Fact]
    public void A_dump_goes_on_after_a_kill_and_a_restart_with_nothing_lost_or_doubled()
    {
        BinlogPosition start = Server.Position();
        var request = new BinlogDumpRequest { FileName = start.File, Position = start.Offset, Blocking = true };
        var found = new List<DumpedEvent>();
        BinlogDumpRequest Follow(int events, Action<uint> disturb)
        {
            Write(3);
            using ServerConnection connection = Server.Connect();
            using BinlogDump dump = BinlogDump.Start(connection, request, Token);
            found.AddRange(BinlogBytes.Take(dump, Token, events));
            disturb(connection.ConnectionId);
            Assert.Equal("ServerConnectionLost", Assert.Throws<RecoveryException>(() => found.AddRange(ReadOn(dump))).ErrorId);
            return dump.Resume;
        }

        request = Follow(7, id => Server.Sql($"KILL {id}"));
        request = Follow(9, _ => Server.Restart());
        Write(3);
        Server.WaitForCheckpoint();
        found.AddRange(BinlogBytes.OfServer(Server.SocketOptions(), request with { Blocking = false }, Token));

        List<DumpedEvent> expected = Server.BinlogFiles.SkipWhile(f => Path.GetFileName(f) != start.File).SelectMany(BinlogBytes.OfFile)
            .Where(e => e.File != start.File || e.Position >= start.Offset).ToList();
        Assert.Equal(expected, found);

        IEnumerable<DumpedEvent> ReadOn(BinlogDump dump)
        {
            while (BinlogBytes.Take(dump, Token, 1) is [var next])
                found.Add(next);
            return [];
        }
    }

    [Theory]
    [InlineData("KILL", false)]
    [InlineData("KILL QUERY", false)]
    [InlineData("KILL QUERY", true)]
    public void A_dump_that_is_killed_on_the_way_does_not_pass_for_complete(string kill, bool byGtid)
    {
        Assert.SkipWhen(byGtid && Server.Flavour == ServerFlavour.MySql56, "MySQL 5.6 cannot be asked to go on by GTID from a position.");
        string have = GtidNow();
        BinlogPosition start = Server.Position();
        string database = Write(1);
        Server.Sql($"USE {database};"
            + string.Concat(Enumerable.Repeat("INSERT INTO big VALUES (REPEAT('0123456789abcdef', 500000));", 8)));
        Server.WaitForCheckpoint();
        string file = Server.BinlogFiles[^1];
        using ServerConnection connection = Server.Connect();
        BinlogDumpRequest request = byGtid
            ? new BinlogDumpRequest { GtidSet = have }
            : new BinlogDumpRequest { FileName = start.File, Position = start.Offset };
        using BinlogDump dump = BinlogDump.Start(connection, request, Token);
        List<DumpedEvent> found = BinlogBytes.Take(dump, Token, 1);
        Server.Sql($"{kill} {connection.ConnectionId}");
        try
        {
            found.AddRange(BinlogBytes.Take(dump, Token));
        }
        catch (RecoveryException lost) when (lost.ErrorId == "ServerConnectionLost")
        {
            return;
        }

        // The server had ended the dump as if it were complete.
        Assert.True(BinlogBytes.OfFile(file).Where(e => e.Position >= start.Offset)
            .SequenceEqual(found.SkipWhile(e => e.Position < start.Offset)));
    }

    [Fact]
    public void A_file_that_was_purged_is_named_as_such()
    {
        string first = Path.GetFileName(Server.BinlogFiles[0]);
        Server.FlushLogs();
        // A server keeps a log as long as the session of an earlier dump, which it has not yet seen to be gone, stands on it.
        for (int tries = 0; Path.GetFileName(Server.BinlogFiles[0]) == first && tries < 600; tries++)
        {
            Server.Sql($"PURGE BINARY LOGS TO '{Path.GetFileName(Server.BinlogFiles[^1])}'");
            Thread.Sleep(100);
        }

        using BinlogDump dump = BinlogDump.Start(Server.Connect(), new BinlogDumpRequest { FileName = first }, Token);
        RecoveryException purged = Assert.Throws<RecoveryException>(() => dump.Read(Token));
        Assert.Equal(("BinlogPurged", RecoveryErrorKind.ObjectNotFound), (purged.ErrorId, purged.Kind));
        Assert.Contains("SHOW BINARY LOGS", purged.RecommendedAction);
    }

    [Fact]
    public void The_file_that_holds_a_time_is_found()
    {
        var begun = new List<DateTime>();
        for (int i = 0; i < 5; i++)
        {
            Thread.Sleep(1100);
            Server.FlushLogs();
            begun.Add(DateTime.UtcNow);
        }

        Server.WaitForCheckpoint();
        using ServerConnection connection = Server.Connect();
        IReadOnlyList<BinaryLog> logs = BinaryLogs.List(connection, Token);
        Assert.Equal(Server.BinlogFiles.Select(f => (Path.GetFileName(f), new FileInfo(f).Length)), logs.Select(l => (l.Name, l.Size)));
        for (int i = 0; i < 5; i++)
            Assert.Equal(logs[^(5 - i)].Name, BinaryLogs.FindByTime(Server.SocketOptions(), logs, begun[i], Token));
        Assert.Equal(logs[0].Name, BinaryLogs.FindByTime(Server.SocketOptions(), logs, begun[0].AddDays(-1), Token));
        Assert.Equal(logs[^1].Name, BinaryLogs.FindByTime(Server.SocketOptions(), logs, begun[0].AddDays(1), Token));
    }

    [Fact]
    public void A_dump_by_GTID_goes_on_in_the_middle_of_a_transaction()
    {
        Write(3);
        Server.FlushLogs();
        Write(2);
        var request = new BinlogDumpRequest { GtidSet = GtidNow() };
        Write(3);
        Server.FlushLogs();
        Write(3);
        Server.WaitForCheckpoint();
        List<DumpedEvent> whole = BinlogBytes.OfServer(Server.SocketOptions(), request, Token);
        var pieces = new List<DumpedEvent>();
        while (pieces.Count <= whole.Count)
        {
            using BinlogDump dump = BinlogDump.Start(Server.Connect(), request, Token);
            List<DumpedEvent> piece = BinlogBytes.Take(dump, Token, 3);
            pieces.AddRange(piece);
            if (piece.Count < 3)
                break;
            request = dump.Resume;
        }

        Assert.True(whole.Count > 30);
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void A_position_beyond_the_end_is_refused()
    {
        BinlogPosition end = Server.Position();
        using BinlogDump dump = BinlogDump.Start(
            Server.Connect(), new BinlogDumpRequest { FileName = end.File, Position = end.Offset + 1000 }, Token);
        Assert.Equal("BinlogDumpFailed", Assert.Throws<RecoveryException>(() => dump.Read(Token)).ErrorId);
    }

    [Fact]
    public void Without_the_privilege_there_is_no_dump()
    {
        Server.Sql("CREATE USER nodumps@localhost IDENTIFIED BY 'No-dump1'");
        ConnectionOptions options = Server.SocketOptions();
        (options.User, options.Password) = ("nodumps", "No-dump1");
        RecoveryException missing = Assert.Throws<RecoveryException>(() => BinlogBytes.OfServer(options, new BinlogDumpRequest(), Token));
        Assert.Equal("ServerPrivilegeMissing", missing.ErrorId);
        Assert.Contains("REPLICATION SLAVE", missing.Message);
    }

    /// <summary>Types that stand at the start of a file or tell of it: format description, previous GTIDs, MariaDB's GTID list and
    /// checkpoint.</summary>
    private static readonly byte[] HeadTypes = [BinlogBytes.FormatDescription, 35, 163, 161, 4];

    /// <summary>Makes a database of its own and some transactions in it.</summary>
    protected string Write(int transactions)
    {
        string database = $"d{Interlocked.Increment(ref _databases)}";
        Server.Sql(
            $"CREATE DATABASE {database}; USE {database}; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(100)); "
                + $"CREATE TABLE big (v LONGTEXT) ENGINE=MyISAM;" +
            string.Concat(Enumerable.Range(1, transactions).Select(i => $"INSERT INTO t VALUES ({i}, REPEAT('x', {i % 100}));")));
        return database;
    }
}
