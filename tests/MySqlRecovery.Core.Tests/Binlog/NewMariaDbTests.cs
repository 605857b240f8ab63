using System.Buffers.Binary;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog;

/// <summary>What MariaDB 11.8 writes otherwise than the servers before it.</summary>
public sealed class NewMariaDbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_after_image_has_what_a_log_without_duplicates_left_out_of_it()
    {
        RowChange[] rows = [.. new BinlogReader([Log("full_nodup")]).ReadRowChanges()];

        Assert.Equal(
            [
                "Update id=1 a=10 b=x -> id=1 a=11 b=x: a",
                "Update id=2 a=20 b=y -> id=5 a=20 b=y: id",
                "Update id=5 a=20 b=y -> id=5 a=20 b=NULL: b",
                "Delete id=1 a=11 b=x -> : ",
            ],
            rows.Select(r => $"{r.Operation} {Text(r.Before)} -> {Text(r.After)}: {string.Join(' ', r.ChangedColumn)}"));
    }

    [Fact]
    public void Rows_of_a_log_without_duplicates_are_undone_and_the_undo_is_undone()
    {
        BinlogEvent[] events = [.. BinlogRecovery.ReadEvents([Log("full_nodup")])];

        UndoBinlog undo = BinlogRecovery.WriteUndoBinlog(events, Path.Combine(_folder, "undo"));
        RowChange[] rows = [.. new BinlogReader([undo.Path]).ReadRowChanges()];
        UndoBinlog redo = BinlogRecovery.WriteUndoBinlog(BinlogRecovery.ReadEvents([undo.Path]), Path.Combine(_folder, "redo"));

        Assert.Equal((4, true, true), (undo.RowCount, undo.IsComplete, undo.IsVerified));
        Assert.Equal(
            ["Insert ", "Update id=5 a=20 b=NULL", "Update id=5 a=20 b=y", "Update id=1 a=11 b=x"],
            rows.Select(r => $"{r.Operation} {Text(r.Before)}"));
        Assert.Equal(
            events.Where(e => e.Operation != null).Select(e => Convert.ToHexString(e.RawEvent!.AsSpan(27))),
            BinlogRecovery.ReadEvents([redo.Path]).Where(e => e.Operation != null)
                .Select(e => Convert.ToHexString(e.RawEvent!.AsSpan(27))));
    }

    [Fact]
    public void Only_the_rows_that_a_filter_lets_through_are_undone_of_a_log_without_duplicates()
    {
        var reader = new BinlogReader([Log("full_nodup")]) { Where = new Dictionary<string, object> { ["id"] = 5 } };

        UndoBinlog undo = reader.WriteUndoBinlog(Path.Combine(_folder, "undo"));

        Assert.Equal((2, true), (undo.RowCount, undo.IsComplete));
    }

    [Fact]
    public void Rows_without_their_generated_columns_are_whole_once_a_schema_says_so()
    {
        var reader = new BinlogReader([Log("generated")]) { SchemaPath = Path.Combine(Folder, "generated.sql") };

        UndoBinlog undo = reader.WriteUndoBinlog(Path.Combine(_folder, "undo"));
        SqlExport sql = reader.WriteSql(Path.Combine(_folder, "undo.sql"), reverse: true);

        Assert.Equal((3, true), (undo.RowCount, undo.IsComplete));
        Assert.Equal((3, true), (sql.RowCount, sql.IsComplete));
        Assert.Equal(2, File.ReadLines(sql.Path)
            .Count(line => line.StartsWith("INSERT INTO `nd`.`g` (`id`, `a`) VALUES", StringComparison.Ordinal)));
    }

    [Fact]
    public void Without_a_schema_the_absent_columns_are_named_and_no_setting_is_blamed()
    {
        UndoBinlog undo = new BinlogReader([Log("generated")]).WriteUndoBinlog(Path.Combine(_folder, "undo"));

        Assert.Equal((1, false), (undo.RowCount, undo.IsComplete));
        string reason = Assert.Single(undo.Reason);
        Assert.Contains("nd.g: 2 rows", reason);
        Assert.Contains("not s, v:", reason);
        Assert.Contains("-SchemaPath", reason);
        Assert.DoesNotContain("binlog_row_image", reason);
    }

    [Fact]
    public void An_alter_that_was_started_and_taken_back_is_no_obstacle()
    {
        BinlogEvent[] events = [.. BinlogRecovery.ReadEvents([Log("rollback_alter")])];

        UndoBinlog undo = new BinlogReader([Log("rollback_alter")]).WriteUndoBinlog(Path.Combine(_folder, "undo"));
        UndoBinlog piped = BinlogRecovery.WriteUndoBinlog(events, Path.Combine(_folder, "piped"));

        Assert.Equal((3, true), (undo.RowCount, undo.IsComplete));
        Assert.Equal((3, true), (piped.RowCount, piped.IsComplete));
        Assert.Equal(
            [(MariaDbGtidFlags.StartAlter, null), (MariaDbGtidFlags.RollbackAlter, "0-36618-33")],
            events.Where(e => e.EventType == BinlogEventType.Query).Select(e => (e.GtidFlags & (MariaDbGtidFlags)0xE00, e.AlterGtid)));
    }

    [Fact]
    public void An_alter_that_was_started_and_done_is_named_once_with_the_rows_that_it_put_out_of_reach()
    {
        // The flags of the end: ROLLBACK_ALTER becomes COMMIT_ALTER.
        string log = Patched("rollback_alter", l => l[1238 + 19 + 13] = 0x10 | 0x04);

        var error = Assert.Throws<RecoveryException>(() => new BinlogReader([log]).WriteUndoBinlog(Path.Combine(_folder, "undo")));

        Assert.Equal("NoRowChange", error.ErrorId);
        Assert.Equal(2, error.Message.Split("ALTER TABLE ra").Length - 1);
        Assert.Contains("binlog.000001:1287 changed the tables themselves", error.Message);
        Assert.Contains("nd.ra: 3 rows from binlog.000001:1287 on: a later statement put them out of reach", error.Message);
    }

    [Fact]
    public void An_alter_of_which_the_end_is_not_there_is_named()
    {
        using var scan = new EventScan(
            LogRange.Of([Log("rollback_alter")], null, 1238), new EventFilter { WithStatements = true }, CancellationToken.None);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true);

        Assert.Contains("rollback_alter.binlog:1082 started what may have changed the tables themselves: ALTER TABLE ra",
            Assert.Single(index.Reasons));
        Assert.Equal(3, index.Events.Count);
    }

    [Fact]
    public void Rows_are_found_by_the_session_that_the_GTID_event_names()
    {
        Assert.Equal(3, new BinlogReader([Log("rollback_alter")]) { ThreadId = [27] }.ReadRowChanges().Count());
        Assert.Empty(new BinlogReader([Log("rollback_alter")]) { ThreadId = [28] }.ReadRowChanges());
    }

    [Fact]
    public void The_parts_of_a_row_event_are_read_as_the_event_that_they_were()
    {
        BinlogEvent[] events = [.. BinlogRecovery.ReadEvents([Log("partial_rows")]).Where(e => e.Operation != null)];
        BinlogEvent[] whole = [.. BinlogRecovery.ReadEvents([Log("generated")]).Where(e => e.Operation != null)];
        UndoBinlog undo = new BinlogReader([Log("partial_rows")]) { SchemaPath = Path.Combine(Folder, "generated.sql") }
            .WriteUndoBinlog(Path.Combine(_folder, "undo"));

        Assert.Equal([BinlogEventType.UpdateRowsV1, BinlogEventType.DeleteRowsV1], events.Select(e => e.EventType));
        Assert.Equal((737, 852, 115, 2), (events[1].Position, events[1].EndPosition, events[1].Size, events[1].RowCount));
        Assert.Equal(whole.Select(e => Convert.ToHexString(e.RawEvent!.AsSpan(19))),
            events.Select(e => Convert.ToHexString(e.RawEvent!.AsSpan(19))));
        Assert.Equal((3, true, true), (undo.RowCount, undo.IsComplete, undo.IsVerified));
    }

    [Theory]
    [InlineData(737 + 19 + 4, 2, "part 2 of 2 of a row event stands where part 1 is to come")]
    [InlineData(798 + 19 + 4, 1, "part 1 of 2 of a row event stands where part 2 is to come")]
    [InlineData(737 + 19 + 9, 44, "of 44 bytes have 43 bytes")]
    [InlineData(737 + 19 + 9, 42, "of 42 bytes have 43 bytes")]
    [InlineData(737 + 19, 3, "part 2 of 2")]
    [InlineData(737 + 19 + 17 + 4, 2, "a Query event, not a row event")]
    public void Parts_that_give_no_row_event_are_refused_where_they_start(int offset, byte value, string problem)
    {
        string log = Patched("partial_rows", l => l[offset] = value);

        var error = Assert.Throws<RecoveryException>(() => BinlogRecovery.ReadEvents([log]).Count());

        Assert.Equal(("BinlogEventMalformed", log, 737L), (error.ErrorId, error.Path, error.Offset));
        Assert.Contains(problem, error.Message);
    }

    [Fact]
    public void A_log_that_ends_between_the_parts_of_a_row_event_is_refused()
    {
        string log = Path.Combine(_folder, "binlog.000001");
        File.WriteAllBytes(log, File.ReadAllBytes(Log("partial_rows"))[..798]);

        var error = Assert.Throws<RecoveryException>(() => BinlogRecovery.ReadEvents([log]).Count());

        Assert.Contains("ends before the last part", error.Message);
    }

    /// <summary>Damage in the parts of a row event costs that event alone.</summary>
    [Theory]
    [InlineData(737 + 19 + 4, 2)]
    [InlineData(798 + 19 + 4, 3)]
    [InlineData(737 + 19 + 9, 44)]
    [InlineData(737 + 19 + 17 + 4, 2)]
    public void Salvage_goes_on_after_the_parts_of_a_row_event_that_do_not_fit(int offset, byte value)
    {
        string log = Patched("partial_rows", l => l[offset] = value);
        var gaps = new List<RecoveryException>();

        BinlogEvent[] events = [.. new BinlogReader([log]) { OnDamage = gaps.Add }.ReadEvents()];

        BinlogEvent[] whole = [.. BinlogRecovery.ReadEvents([Log("partial_rows")])];
        Assert.Equal(whole.Where(e => e.Position != 737).Select(e => e.Position), events.Select(e => e.Position));
        Assert.Equal(("BinlogGap", 737L), (Assert.Single(gaps).ErrorId, gaps[0].Offset));
        Assert.Contains($"{852 - 737} bytes to offset 852 cannot be read", gaps[0].Message);
    }

    [Fact]
    public void Salvage_goes_on_after_a_row_event_of_which_a_part_is_destroyed()
    {
        byte[] log = File.ReadAllBytes(Log("partial_rows"));
        log[800] ^= 0xFF;
        string path = Path.Combine(_folder, "binlog.000001");
        File.WriteAllBytes(path, log);
        var gaps = new List<RecoveryException>();

        BinlogEvent[] events = [.. new BinlogReader([path]) { OnDamage = gaps.Add }.ReadEvents()];

        Assert.Equal(
            BinlogRecovery.ReadEvents([Log("partial_rows")]).Where(e => e.Position != 737).Select(e => e.Position),
            events.Select(e => e.Position));
        Assert.Equal([798L, 737L], gaps.Select(g => g.Offset));
        File.WriteAllBytes(path, File.ReadAllBytes(Log("partial_rows"))[..798]);
        gaps.Clear();
        Assert.Equal(737, new BinlogReader([path]) { OnDamage = gaps.Add }.ReadEvents().Last().EndPosition);
        Assert.Equal([737L], gaps.Select(g => g.Offset));
    }

    [Fact]
    public void Rows_without_their_generated_columns_are_summed_up()
    {
        LogSchema schema = LogSchema.Load(Path.Combine(Folder, "generated.sql"));
        using var scan = new EventScan(
            LogRange.Of([Log("generated")], null, null), new EventFilter { WithStatements = true }, CancellationToken.None, schema);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true);
        string path = Path.Combine(_folder, "fold.sql");

        SqlExport sql = RowSqlExport.WriteFile(
            index, null, new SqlForm { Reverse = true, Fold = true }, path, overwrite: false, CancellationToken.None);

        Assert.True(sql.IsComplete);
        Assert.Equal(
            ["INSERT INTO `nd`.`g` (`id`, `a`) VALUES"],
            File.ReadLines(path).Where(l => l.StartsWith("INSERT", StringComparison.Ordinal)).Select(l => l.Split(" (")[..2])
                .Select(l => string.Join(" (", l)).Distinct());
    }

    [Fact]
    public void A_log_in_InnoDB_is_named_as_what_it_is()
    {
        string log = Path.Combine(_folder, "binlog-000001.ibb");
        File.WriteAllBytes(log, [0xFE, 0xFE, 0x0D, 0x01, .. new byte[512]]);

        var error = Assert.Throws<RecoveryException>(() => BinlogRecovery.ReadEvents([log]).Count());

        Assert.Equal(("InnoDbBinlog", RecoveryErrorKind.NotSupported), (error.ErrorId, error.Kind));
        Assert.Contains("mariadb-binlog", error.RecommendedAction);
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Data", "Logs");

    private static string Log(string name) => Path.Combine(Folder, name + ".binlog");

    private static string Text(System.Collections.IDictionary? row) =>
        row == null ? string.Empty : string.Join(' ', row.Keys.Cast<string>().Select(k => $"{k}={row[k] ?? "NULL"}"));

    private string Patched(string name, Action<byte[]> patch)
    {
        byte[] log = File.ReadAllBytes(Log(name));
        patch(log);
        for (int at = 4, length; at < log.Length; at += length)
        {
            length = BinaryPrimitives.ReadInt32LittleEndian(log.AsSpan(at + 9));
            Span<byte> raw = log.AsSpan(at, length);
            BinaryPrimitives.WriteUInt32LittleEndian(raw[^4..], Crc32.Compute(raw[..^4]));
        }

        string path = Path.Combine(_folder, "binlog.000001");
        File.WriteAllBytes(path, log);
        return path;
    }
}
