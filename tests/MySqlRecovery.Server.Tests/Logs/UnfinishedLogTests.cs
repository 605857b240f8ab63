using System.Buffers.Binary;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>Logs that a server still writes, that a crash tore, or that are damaged.</summary>
[Collection(MySqlLogs.Name)]
public sealed class UnfinishedLogTests(MySqlFixture fixture)
{
    private const string Setup = "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(100)); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')";
    private const string Damage =
        "UPDATE t SET v = 'x' WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, 'd'); UPDATE t SET v = 'last'";

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void A_log_in_use_is_read_to_where_the_server_is()
    {
        Server.Sql("CREATE DATABASE in_use");
        Server.Sql(Setup, "in_use");
        BinlogPosition position = Server.Position();
        Server.Sql(Damage, "in_use");
        string log = Server.BinlogFiles[^1];
        Assert.Equal(position.File, Path.GetFileName(log));

        BinlogEvent[] rows = [.. BinlogRecovery.ReadEvents([log]).Where(e => e.Operation != null && e.Position >= position.Offset)];

        Assert.Equal(["t 1", "t 1", "t 1", "t 3"], rows.Select(e => $"{e.Table} {e.RowCount}"));
        UndoBinlog undo = BinlogRecovery.WriteUndoBinlog(rows, Path.Combine(Server.FolderPath, "in_use.undo"));
        Server.ApplyBinlog(undo.Path);
        Assert.Equal("1a,2b,3c", Server.Scalar("SELECT GROUP_CONCAT(id, v ORDER BY id) FROM t", "in_use"));
    }

    [Theory]
    [InlineData("torn", "")]
    [InlineData("torn_compressed", "SET binlog_transaction_compression = ON;")]
    public void A_log_cut_at_any_byte_gives_all_events_before_the_cut_and_one_error(string name, string settings)
    {
        var database = new DamagedDatabase(Server, name, Setup, settings + Damage);
        byte[] whole = File.ReadAllBytes(database.Log);
        BinlogEvent[] events = [.. database.Events];
        long first = events.Where(e => e.Gtid != null).Select(e => e.TransactionPosition).Distinct().TakeLast(2).First();
        string cut = Path.Combine(Server.FolderPath, $"{name}.cut");
        for (int length = (int)first; length <= whole.Length; length++)
        {
            File.WriteAllBytes(cut, whole.AsSpan(0, length));
            (List<BinlogEvent> found, RecoveryException? error) = ReadAll(cut);
            Assert.Equal(Places(events.Where(e => e.EndPosition <= length)), Places(found));
            bool isBoundary = length == first || events.Any(e => e.EndPosition == length);
            Assert.Equal(isBoundary ? null : "BinlogTruncated", error?.ErrorId);
        }
    }

    [Fact]
    public void Rows_whose_transaction_does_not_end_in_the_log_are_named_and_not_undone()
    {
        var database = new DamagedDatabase(Server, "endless", Setup, Damage);
        BinlogEvent last = database.Events.Last(e => e.Operation != null);
        string path = Path.Combine(Server.FolderPath, "endless.cut");
        File.WriteAllBytes(path, File.ReadAllBytes(database.Log)[..(int)last.EndPosition]);

        BinlogEvent[] rows = [.. BinlogRecovery.ReadEvents([path]).Where(e => e.Operation != null)];
        UndoBinlog piped = BinlogRecovery.WriteUndoBinlog(rows, path + ".undo");
        UndoBinlog whole = database.WriteUndo(path);

        Assert.Equal([TransactionEnd.Commit, TransactionEnd.Commit, TransactionEnd.Commit, TransactionEnd.Missing],
            rows.Select(r => r.TransactionEnd!.Value));
        Assert.All((UndoBinlog[])[piped, whole], undo =>
        {
            Assert.Equal((3L, false), (undo.RowCount, undo.IsComplete));
            Assert.Contains("the log ends before", Assert.Single(undo.Reason));
        });
    }

    [Fact]
    public void A_tail_of_zeros_ends_the_log_with_an_error_of_its_own()
    {
        var database = new DamagedDatabase(Server, "zeros", Setup, Damage);
        string path = Path.Combine(Server.FolderPath, "zeros.tail");
        File.WriteAllBytes(path, [.. File.ReadAllBytes(database.Log), .. new byte[5000]]);

        (List<BinlogEvent> found, RecoveryException? error) = ReadAll(path);

        Assert.Equal(Places(database.Events), Places(found));
        Assert.Equal(("BinlogTruncated", new FileInfo(database.Log).Length), (error!.ErrorId, error.Offset));
        Assert.Contains("zeros", error.Message);
    }

    [Fact]
    public void A_flipped_byte_in_an_event_stops_at_it_and_salvage_goes_on_after_it()
    {
        var database = new DamagedDatabase(Server, "flipped", Setup, Damage);
        BinlogEvent[] events = [.. database.Events];
        BinlogEvent firstMap = events.First(e => e.EventType == BinlogEventType.TableMap);
        string path = Path.Combine(Server.FolderPath, "flipped.log");
        // Not the format description: without it nothing can be read.
        foreach (BinlogEvent victim in events.Where(e => e.EventType != BinlogEventType.FormatDescription))
        {
            foreach (int at in (int[])[0, 4, 9, 13, 18, (int)victim.Size / 2, (int)victim.Size - 1])
            {
                byte[] bytes = File.ReadAllBytes(database.Log);
                bytes[victim.Position + at] ^= 0x55;
                File.WriteAllBytes(path, bytes);

                (List<BinlogEvent> found, RecoveryException? error) = ReadAll(path);
                Assert.Equal(Places(events.Where(e => e.EndPosition <= victim.Position)), Places(found));
                Assert.Equal(victim.Position, error!.Offset);

                // The rows after the first table map need it; those after the others have the same one from before.
                HashSet<BinlogEvent> lost = [victim, .. events.Where(e =>
                    victim == firstMap && e.Operation != null && e.Position == victim.EndPosition)];
                (List<BinlogEvent> saved, List<RecoveryException> gaps) = Salvage(path);
                Assert.Equal(Places(events.Where(e => !lost.Contains(e))), Places(saved));
                Assert.Equal(lost.Count, gaps.Count);
                Assert.Equal(victim.Position, gaps[0].Offset);
            }
        }
    }

    [Fact]
    public void Salvage_goes_over_an_overwritten_block_and_a_torn_end()
    {
        var database = new DamagedDatabase(
            Server, "overwritten", Setup,
            string.Concat(Enumerable.Range(10, 200).Select(i => $"INSERT INTO t VALUES ({i}, REPEAT('v', 90));")));
        BinlogEvent[] events = [.. database.Events];
        byte[] bytes = File.ReadAllBytes(database.Log);
        int start = bytes.Length / 3, end = start + 8192;
        bytes.AsSpan(start, end - start).Fill(0xE5);
        int length = bytes.Length - 7;
        string path = Path.Combine(Server.FolderPath, "overwritten.log");
        File.WriteAllBytes(path, bytes.AsSpan(0, length));

        (List<BinlogEvent> saved, List<RecoveryException> gaps) = Salvage(path);

        long behind = events.First(e => e.Position >= end).Position;
        Assert.Equal(
            Places(events.Where(e => e.EndPosition <= start || (e.Position >= behind && e.EndPosition <= length))),
            Places(saved));
        Assert.Equal([events.Last(e => e.Position <= start).Position, events[^1].Position],
            gaps.Where(g => g.ErrorId == "BinlogGap").Select(g => g.Offset!.Value));
    }

    [Fact]
    public void A_wrapped_or_missing_end_position_does_not_matter()
    {
        var database = new DamagedDatabase(Server, "wrapped", Setup, "SET binlog_transaction_compression = OFF;" + Damage);
        byte[] bytes = File.ReadAllBytes(database.Log);
        foreach (BinlogEvent item in database.Events.Skip(1))
        {
            Span<byte> raw = bytes.AsSpan((int)item.Position, (int)item.Size);
            BinaryPrimitives.WriteUInt32LittleEndian(raw[13..], item.Operation != null ? 0 : (uint)item.EndPosition + 0xF0000000);
            BinaryPrimitives.WriteUInt32LittleEndian(raw[^4..], MySqlRecovery.IO.Crc32.Compute(raw[..^4]));
        }

        string path = Path.Combine(Server.FolderPath, "wrapped.log");
        File.WriteAllBytes(path, bytes);
        (List<BinlogEvent> found, RecoveryException? error) = ReadAll(path);

        Assert.Null(error);
        Assert.Equal(Places(database.Events), Places(found));
    }

    private static string[] Places(IEnumerable<BinlogEvent> events) => [.. events.Select(e => $"{e.Position} {e.EventType} {e.RowCount}")];

    private static (List<BinlogEvent> Events, RecoveryException? Error) ReadAll(string path)
    {
        var found = new List<BinlogEvent>();
        try
        {
            foreach (BinlogEvent item in BinlogRecovery.ReadEvents([path]))
                found.Add(item);
            return (found, null);
        }
        catch (RecoveryException error)
        {
            return (found, error);
        }
    }

    private static (List<BinlogEvent> Events, List<RecoveryException> Gaps) Salvage(string path)
    {
        var found = new List<BinlogEvent>();
        using var scan = new EventScan([LogRange.Whole(path)], EventFilter.All, TestContext.Current.CancellationToken) { Salvage = true };
        while (scan.Read())
            found.Add(scan.ToBinlogEvent());
        return (found, [.. scan.Gaps]);
    }
}
