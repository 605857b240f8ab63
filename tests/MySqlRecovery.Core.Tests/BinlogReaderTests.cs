using System.Collections;
using System.Runtime.CompilerServices;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests;

public sealed class BinlogReaderTests : IDisposable
{
    private const uint Housekeeping = 14;
    private static readonly string[] Logs = [Incident("binlog.000001"), Incident("binlog.000002")];
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Filters_choose_what_the_same_question_to_the_objects_chooses()
    {
        var reader = new BinlogReader(Logs) { ThreadId = [Housekeeping], Table = ["*.wf_task"], Operation = [RowOperation.Delete] };

        Assert.Equal(
            BinlogRecovery.ReadEvents(Logs)
                .Where(e => e is { ThreadId: Housekeeping, Table: "wf_task", Operation: RowOperation.Delete }).Select(e => e.ToString()),
            reader.ReadEvents().Select(e => e.ToString()));
        Assert.NotEmpty(reader.ReadRowChanges());
        Assert.All(reader.ReadRowChanges(), row => Assert.Equal(("wf_task", RowOperation.Delete), (row.Table, row.Operation)));
    }

    [Fact]
    public void The_undo_is_that_of_the_same_events_from_a_pipeline()
    {
        var reader = new BinlogReader(Logs) { ThreadId = [Housekeeping] };

        UndoBinlog undo = reader.WriteUndoBinlog(Path.Combine(_folder, "undo"));
        UndoBinlog piped = BinlogRecovery.WriteUndoBinlog(
            BinlogRecovery.ReadEvents(Logs).Where(e => e.ThreadId == Housekeeping), Path.Combine(_folder, "piped"));
        SqlExport sql = reader.WriteSql(Path.Combine(_folder, "undo.sql"), reverse: true);

        Assert.Equal((65, 5, true, true), (undo.RowCount, undo.TransactionCount, undo.IsComplete, undo.IsVerified));
        Assert.Equal(Images(piped.Path), Images(undo.Path));
        Assert.Equal((65, 65, true), (sql.RowCount, sql.StatementCount, sql.IsComplete));
    }

    [Fact]
    public void Sums_count_the_rows_that_are_let_through()
    {
        BinlogSummary[] tables = [.. new BinlogReader(Logs) { ThreadId = [Housekeeping] }.Measure(BinlogSummaryKind.Table)];

        Assert.Equal(["wf_bytes", "wf_execution", "wf_history", "wf_task", "wf_variable"], tables.Select(t => t.Table));
        Assert.Equal(65, tables.Sum(t => t.RowCount));
    }

    [Fact]
    public void A_range_of_commit_times_takes_whole_transactions_by_the_microsecond()
    {
        RowChange[] all = [.. new BinlogReader(Logs).ReadRowChanges()];
        DateTime[] commits = [.. all.Select(r => r.CommitTime!.Value).Distinct()];
        (DateTime start, DateTime stop) = (commits[3], commits[^3]);
        var reader = new BinlogReader(Logs) { TimeBasis = TimeBasis.Commit, StartTime = start, StopTime = stop };

        Assert.Equal(
            all.Where(r => r.CommitTime >= start && r.CommitTime < stop).Select(r => (r.LogFile, r.Position, r.RowIndex)),
            reader.ReadRowChanges().Select(r => (r.LogFile, r.Position, r.RowIndex)));
        Assert.NotEqual(0, start.Ticks % TimeSpan.TicksPerSecond);
        Assert.NotEqual(
            all.Count(r => r.Timestamp >= start && r.Timestamp < stop), all.Count(r => r.CommitTime >= start && r.CommitTime < stop));
    }

    [Fact]
    public void A_range_of_commit_times_goes_by_no_other_time_where_the_log_has_none()
    {
        string old = Path.Combine(AppContext.BaseDirectory, "Data", "Logs", "old.binlog");

        var error = Assert.Throws<RecoveryException>(
            () => new BinlogReader([old]) { TimeBasis = TimeBasis.Commit, StartTime = DateTime.UnixEpoch }.ReadRowChanges().Count());

        Assert.Equal(("CommitTimeUnknown", old), (error.ErrorId, error.Path));
        Assert.NotEmpty(new BinlogReader([old]) { StartTime = DateTime.UnixEpoch }.ReadRowChanges());
    }

    [Fact]
    public void A_row_test_chooses_single_rows()
    {
        RowChange first = new BinlogReader(Logs) { ThreadId = [Housekeeping], Table = ["wf_task"] }.ReadRowChanges().First();
        DictionaryEntry key = first.Before!.Cast<DictionaryEntry>().First();
        var reader = new BinlogReader(Logs)
        {
            ThreadId = [Housekeeping],
            Table = ["wf_task"],
            Where = new Hashtable { [key.Key] = key.Value }
        };

        Assert.All(reader.ReadRowChanges(), row => Assert.Equal(key.Value, (row.Before ?? row.After)![key.Key]));
        Assert.Equal(
            reader.ReadRowChanges().Count(), reader.WriteUndoBinlog(Path.Combine(_folder, "one")).RowCount);
    }

    [Fact]
    public void Damage_stops_reading_unless_somebody_listens()
    {
        byte[] bytes = File.ReadAllBytes(Logs[0]);
        BinlogEvent[] whole = [.. new BinlogReader([Logs[0]]).ReadEvents()];
        BinlogEvent middle = whole[whole.Length / 2];
        bytes[middle.Position + 20] ^= 0xFF;
        string damaged = Path.Combine(_folder, "binlog.000001");
        File.WriteAllBytes(damaged, bytes);
        var gaps = new List<RecoveryException>();

        var error = Assert.Throws<RecoveryException>(() => new BinlogReader([damaged]).ReadEvents().Count());
        int read = new BinlogReader([damaged]) { OnDamage = gaps.Add }.ReadEvents().Count();

        Assert.Equal(("BinlogChecksumMismatch", damaged, middle.Position), (error.ErrorId, error.Path, error.Offset));
        Assert.Equal("BinlogGap", Assert.Single(gaps).ErrorId);
        Assert.Equal(whole.Length - 1, read);
    }

    [Fact]
    public void What_rows_events_and_sums_lack_is_told_to_who_listens()
    {
        string path = new SmallLog().AddBegin(7).AddInts(1, "t", ["id"], 0).AddRows(BinlogEventType.WriteRowsV1, 1, [1]).AddCommit()
            .AddStatement("UPDATE d.t SET id = 2").AddStatement("ALTER TABLE d.other ADD c INT").WriteTo(_folder);
        var told = new List<string>();
        var reader = new BinlogReader([path]) { Table = ["d.t"], OnLeftOut = told.Add };

        Assert.Single(reader.ReadRowChanges());
        Assert.Equal(2, reader.ReadEvents().Count(e => e.EventType is BinlogEventType.TableMap or BinlogEventType.WriteRowsV1));
        Assert.Equal(1, reader.Measure(BinlogSummaryKind.Table).Sum(s => s.RowCount));
        Assert.Equal(3, told.Count);
        Assert.All(told, line => Assert.Contains("UPDATE d.t SET id = 2", line));
        Assert.Equal(
            new BinlogReader([path]) { Table = ["d.t"] }.ReadEvents().Select(e => e.ToString()),
            reader.ReadEvents().Select(e => e.ToString()));
    }

    [Fact]
    public void A_cancelled_reader_ends()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => new BinlogReader(Logs) { Cancellation = source.Token }.ReadEvents().Count());
    }

    [Fact]
    public void Nothing_that_matches_leaves_no_file()
    {
        var error = Assert.Throws<RecoveryException>(
            () => new BinlogReader(Logs) { Table = ["nothing"] }.WriteUndoBinlog(Path.Combine(_folder, "undo")));

        Assert.Equal("NoRowChange", error.ErrorId);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    private static string[] Images(string path) => [.. new BinlogReader([path]).ReadRowChanges().Select(row =>
        $"{row.Operation} {row.Table} {Convert.ToHexString(row.BeforeImage ?? [])} {Convert.ToHexString(row.AfterImage ?? [])}")];

    private static string Incident(string name, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../samples/incident", name));
}
