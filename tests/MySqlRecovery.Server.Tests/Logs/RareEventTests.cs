using System.Buffers.Binary;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Logs;

/// <summary>What servers write seldom or not at the will of a test: put into a real log by hand.</summary>
[Collection(MySqlLogs.Name)]
public sealed class RareEventTests(MySqlFixture fixture)
{
    private const int TypeAt = 4, ServerIdAt = 5, LengthAt = 9, EndPositionAt = 13, FlagsAt = 17, HeaderLength = 19, ChecksumLength = 4;
    private const ushort Ignorable = 0x80;
    private const string Setup = "CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)";
    private const string Damage = "UPDATE t SET v = 10; DELETE FROM t WHERE id = 2";

    private MySqlServer Server => fixture.Server;

    [Fact]
    public void An_unknown_event_is_passed_over_if_it_may_be_ignored_and_else_ends_the_log_with_its_place()
    {
        var database = new DamagedDatabase(Server, "unknown_type", Setup, Damage);
        string ignorable = WithEvent(database.Log, "ignorable", 100, Ignorable, [1, 2, 3]);
        string unknown = WithEvent(database.Log, "unknown", 100, 0, [1, 2, 3]);

        Assert.Equal(database.Events.Count(), BinlogRecovery.ReadEvents([ignorable]).Count());
        Assert.True(database.Undo(ignorable).IsComplete);
        var error = Assert.Throws<RecoveryException>(() => BinlogRecovery.ReadEvents([unknown]).Count());
        Assert.Equal(("BinlogEventUnknown", new FileInfo(database.Log).Length), (error.ErrorId, error.Offset));
    }

    [Fact]
    public void A_report_of_lost_events_makes_the_undo_incomplete()
    {
        var database = new DamagedDatabase(Server, "incident", Setup, Damage);
        string path = WithEvent(database.Log, "incident", (byte)BinlogEventType.Incident, 0, [1, 0, 4, .. "lost"u8]);

        UndoBinlog undo = database.Undo(path);

        Assert.Equal(database.Before, database.State());
        Assert.False(undo.IsComplete);
        Assert.Contains("INCIDENT", Assert.Single(undo.Reason));
    }

    [Fact]
    public void Extra_row_information_of_any_kind_is_passed_over_and_kept()
    {
        byte[] extra = [9, 1, 2, 3, 4, 5, 6, 7, 8];
        var database = new DamagedDatabase(Server, "extra_info", Setup, Damage);
        byte[] log = File.ReadAllBytes(database.Log);
        var changed = new List<byte>(log[..4]);
        foreach (BinlogEvent item in database.Events)
        {
            byte[] raw = log[(int)item.Position..(int)item.EndPosition];
            if (item.Operation != null)
            {
                const int InfoAt = HeaderLength + 8;
                BinaryPrimitives.WriteUInt16LittleEndian(raw.AsSpan(InfoAt), (ushort)(2 + extra.Length));
                raw = [.. raw[..(InfoAt + 2)], .. extra, .. raw[(InfoAt + 2)..]];
            }

            changed.AddRange(Sealed(raw, changed.Count));
        }

        string path = Path.Combine(Server.FolderPath, "extra");
        File.WriteAllBytes(path, [.. changed]);
        UndoBinlog undo = BinlogRecovery.WriteUndoBinlog(BinlogRecovery.ReadEvents([path]), path + ".undo");
        UndoBinlog plain = BinlogRecovery.WriteUndoBinlog(database.Events, path + ".plain");

        Assert.Equal((4, true), (undo.RowCount, undo.IsVerified));
        Assert.Equal(Images(plain.Path), Images(undo.Path));
        Assert.All(BinlogRecovery.ReadEvents([undo.Path]).Where(e => e.Operation != null),
            e => Assert.NotEqual(-1, e.RawEvent.AsSpan().IndexOf(extra)));
    }

    [Fact]
    public void A_clock_that_went_back_ends_no_range_of_time()
    {
        var database = new DamagedDatabase(
            Server, "clock", Setup,
            """
            SET timestamp = 1700000100; UPDATE t SET v = 11 WHERE id = 1;
            SET timestamp = 1700000900; UPDATE t SET v = 12 WHERE id = 2;
            SET timestamp = 1700000200; UPDATE t SET v = 13 WHERE id = 3;
            """);
        var filter = new EventFilter
        {
            StartTime = DateTime.UnixEpoch.AddSeconds(1700000100),
            StopTime = DateTime.UnixEpoch.AddSeconds(1700000900),
            Operations = [RowOperation.Update],
        };
        using var scan = new EventScan([LogRange.Whole(database.Log)], filter, TestContext.Current.CancellationToken);
        var times = new List<DateTime>();
        while (scan.Read())
            times.Add(scan.ToBinlogEvent().Timestamp);

        Assert.Equal([DateTime.UnixEpoch.AddSeconds(1700000100), DateTime.UnixEpoch.AddSeconds(1700000200)], times);
    }

    [Fact]
    public void A_log_without_checksums_is_undone()
    {
        Server.Sql("SET GLOBAL binlog_checksum = NONE");
        try
        {
            new DamagedDatabase(Server, "no_checksum", Setup, Damage).AssertUndone();
        }
        finally
        {
            Server.Sql("SET GLOBAL binlog_checksum = CRC32");
        }
    }

    private static string[] Images(string path) => [.. BinlogRecovery.ReadRowChanges(BinlogRecovery.ReadEvents([path])).Select(row =>
        $"{row.Operation} {Convert.ToHexString(row.BeforeImage ?? [])} {Convert.ToHexString(row.AfterImage ?? [])}")];

    /// <summary>A copy of a log with one event more at its end.</summary>
    private string WithEvent(string log, string name, byte type, ushort flags, byte[] body)
    {
        byte[] bytes = File.ReadAllBytes(log);
        var raw = new byte[HeaderLength + body.Length + ChecksumLength];
        raw[TypeAt] = type;
        bytes.AsSpan(4 + ServerIdAt, 4).CopyTo(raw.AsSpan(ServerIdAt));
        BinaryPrimitives.WriteUInt16LittleEndian(raw.AsSpan(FlagsAt), flags);
        body.CopyTo(raw, HeaderLength);
        string path = Path.Combine(Server.FolderPath, name);
        File.WriteAllBytes(path, [.. bytes, .. Sealed(raw, bytes.Length)]);
        return path;
    }

    /// <summary>The event with the length, the end position and the checksum that it has at a place.</summary>
    private static byte[] Sealed(byte[] raw, int position)
    {
        BinaryPrimitives.WriteInt32LittleEndian(raw.AsSpan(LengthAt), raw.Length);
        BinaryPrimitives.WriteInt32LittleEndian(raw.AsSpan(EndPositionAt), position + raw.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(raw.Length - ChecksumLength),
            Crc32.Compute(raw.AsSpan(0, raw.Length - ChecksumLength)));
        return raw;
    }
}
