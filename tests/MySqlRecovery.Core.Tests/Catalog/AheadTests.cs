using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Catalog;

/// <summary>What is looked at ahead of a scan is a guess, and nothing that is read depends on it.</summary>
public sealed class AheadTests : IDisposable
{
    private readonly RandomLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    public static TheoryData<string> RealLogs =>
    [
        "MySqlRecovery.Core.Tests/Data/Logs/full.binlog", "MySqlRecovery.Core.Tests/Data/Logs/minimal.binlog",
        "MySqlRecovery.Core.Tests/Data/Logs/old.binlog", "MySqlRecovery.Core.Tests/Data/Logs/partial_rows.binlog",
        "MySqlRecovery.Core.Tests/Data/Logs/rollback_alter.binlog", "Module/Data/mysql-5.6/binlog.000001",
        "Module/Data/mysql-9.7/binlog.000001", "Module/Data/mysql-9.7/binlog.000002", "Module/Data/mysql-9.7-plain/binlog.000001",
        "../samples/incident/binlog.000001", "../samples/incident/binlog.000002",
    ];

    [Theory]
    [MemberData(nameof(RealLogs))]
    public void The_log_of_a_server_gives_the_same_wherever_its_parts_begin(string log)
    {
        string[] logs = [PathOf(log)];
        List<string> sums = new CatalogReading(logs, null).Sums(), undo = new CatalogReading(logs, null).Undo(EventFilter.All);
        for (int length = 50; length < 5000; length += 170)
        {
            Assert.Equal(sums, new CatalogReading(logs, null, new SmallParts(() => length, 2)).Sums());
            Assert.Equal(undo, new CatalogReading(logs, null, new SmallParts(() => length, 2)).Undo(EventFilter.All));
            foreach (string table in (string[])["*.wf_task", "*t*", "nowhere"])
            {
                EventFilter Filter() => new() { Tables = new TableFilter([], [], [table], []) };
                Assert.Equal(
                    new CatalogReading(logs, null).Events(Filter()),
                    new CatalogReading(logs, null, new SmallParts(() => length, 2)).Events(Filter()));
            }
        }
    }

    [Fact]
    public void Events_in_the_value_of_a_row_are_not_taken_for_events_of_the_log()
    {
        string log = WriteLogInALog();
        List<string> sums = new CatalogReading([log], null).Sums();
        Assert.Contains("RowCount=41 ", Assert.Single(sums), StringComparison.Ordinal);

        for (int length = 20; length < 2000; length += 7)
            Assert.Equal(sums, new CatalogReading([log], null, new SmallParts(() => length, 2)).Sums());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_damaged_log_gives_the_same_sums_and_the_same_error(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 40; i++)
        {
            List<string> logs = _logs.Make(seed, out _);
            byte[] bytes = File.ReadAllBytes(logs[0]);
            int at = random.Next(200, bytes.Length);
            if (i % 2 == 0)
                bytes = bytes[..at];
            else
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(StartBefore(bytes, at) + EventHeader.LengthOffset), random.Next(40));
            File.WriteAllBytes(logs[0], bytes);

            Assert.Equal(new CatalogReading(logs, null).Sums(), new CatalogReading(logs, null, SmallParts.Random(random)).Sums());
        }
    }

    [Fact]
    public void A_format_in_the_middle_holds_from_there_on()
    {
        byte[] plain = Transactions(ChecksumAlgorithm.None, start: 4), sealedOnes = Transactions(ChecksumAlgorithm.Crc32, 4 + plain.Length);
        string log = Path.Combine(_logs.Folder, "binlog.000001");
        File.WriteAllBytes(log, [0xFE, 0x62, 0x69, 0x6E, .. plain, .. sealedOnes]);
        List<string> sums = new CatalogReading([log], null).Sums();
        Assert.Contains("RowCount=40 ", Assert.Single(sums), StringComparison.Ordinal);

        for (int length = 20; length < 3000; length += 31)
        {
            var parts = new SmallParts(() => length, 2);
            Assert.Equal(sums, new CatalogReading([log], null, parts).Sums());
            Assert.True(length < 500 || parts.PassedBytes > 0);
        }
    }

    // A transaction with a value that has transactions in it, each at the offset that its headers say; others before and after.
    private string WriteLogInALog()
    {
        var log = new SmallLog();
        Add(log, 20);
        log.Add(BinlogEventType.Gtid, [0, .. new byte[15], 1, 99, 0, 0, 0, 0, 0, 0, 0]).AddBegin();
        log.Add(BinlogEventType.TableMap, [9, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 1, (byte)ColumnType.Blob, 1, 2, 1]);
        // Header 19, table id 6, flags 2, columns 2, null bits 1, length 2.
        int start = (int)log.End + EventHeader.Size + 6 + 2 + 2 + 1 + 2;
        byte[] inner = Inner(start);
        log.Add(BinlogEventType.WriteRowsV1,
            [9, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0, (byte)inner.Length, (byte)(inner.Length >> 8), .. inner]);
        log.AddCommit();
        Add(log, 20);
        string path = Path.Combine(_logs.Folder, "binlog.000001");
        File.WriteAllBytes(path, log.Bytes);
        return path;
    }

    private static byte[] Inner(int start)
    {
        var log = new SmallLog();
        int first = (int)log.End;
        Add(log, 5);
        byte[] bytes = log.Bytes[first..];
        for (int at = 0; at < bytes.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + EventHeader.LengthOffset));
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at + 13), start + at + length);
            at += length;
        }

        return bytes;
    }

    private static void Add(SmallLog log, int transactions)
    {
        for (int i = 0; i < transactions; i++)
        {
            log.Add(BinlogEventType.Gtid, [0, .. new byte[15], 1, (byte)(log.End % 251), 0, 0, 0, 0, 0, 0, 0]).AddBegin();
            log.Add(BinlogEventType.TableMap, [1, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 1, (byte)ColumnType.Long, 0, 1]);
            log.AddInsert(BitConverter.GetBytes(i)).AddCommit();
        }
    }

    // A format and twenty transactions of one row each.
    private static byte[] Transactions(ChecksumAlgorithm checksum, int start)
    {
        var log = new SmallLog();
        int first = (int)log.End;
        Add(log, 20);
        byte[] events = log.Bytes[first..], format = FormatDescriptionEvent.ForMySql(new Version(5, 7, 40)).Raw.ToArray();
        format[^5] = (byte)checksum;
        var all = new List<byte>();
        Put(all, format[..^4], isSealed: true, start);
        for (int at = 0; at < events.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(events.AsSpan(at + EventHeader.LengthOffset));
            Put(all, events[at..(at + length)], checksum == ChecksumAlgorithm.Crc32, start);
            at += length;
        }

        return [.. all];
    }

    private static void Put(List<byte> all, byte[] raw, bool isSealed, int start)
    {
        byte[] bytes = isSealed ? [.. raw, 0, 0, 0, 0] : raw;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(EventHeader.LengthOffset), bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(13), start + all.Count + bytes.Length);
        if (isSealed)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32.Compute(bytes.AsSpan(0, bytes.Length - 4)));
        all.AddRange(bytes);
    }

    private static int StartBefore(byte[] bytes, int position)
    {
        int at = 4;
        for (int length; at + (length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + EventHeader.LengthOffset))) <= position;)
            at += length;
        return at;
    }

    private static string PathOf(string log, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../..", log));
}
