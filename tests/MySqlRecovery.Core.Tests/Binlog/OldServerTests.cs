using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog;

public sealed class OldServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_log_of_a_5_1_server_has_its_rows_read_and_undone()
    {
        string log = new SmallLog().AddTable(type: 3).AddInsert([7, 0, 0, 0], [8, 0, 0, 0]).WriteTo(_folder);

        RowChange[] rows = [.. BinlogRecovery.ReadRowChanges(BinlogRecovery.ReadEvents([log]))];
        UndoBinlog undo = BinlogRecovery.WriteUndoBinlog(BinlogRecovery.ReadEvents([log]), Path.Combine(_folder, "undo"));

        Assert.Equal([7, 8], rows.Select(r => (int)r.After!["@1"]!));
        Assert.Equal((2, true), (undo.RowCount, undo.IsComplete));
    }

    [Fact]
    public void A_pre_release_that_numbers_its_events_otherwise_is_refused_and_not_misread()
    {
        string log = new SmallLog("5.2.2-a_drop6p13", xidHeaderLength: 6).WriteTo(_folder);

        var error = Assert.Throws<RecoveryException>(() => BinlogRecovery.ReadEvents([log]).Count());

        Assert.Equal("NotABinlog", error.ErrorId);
        Assert.Contains("5.2.2-a_drop6p13", error.Message);
    }

    [Theory]
    [InlineData(BinlogEventType.PreGaDeleteRows, "before 5.1.18")]
    [InlineData(BinlogEventType.ExecuteLoadQuery, "LOAD DATA")]
    public void Rows_in_a_form_that_is_not_read_are_named_by_both_ways_to_an_undo(BinlogEventType type, string reason)
    {
        string log = new SmallLog().Add(type, new byte[40]).AddTable(type: 3).AddInsert([7, 0, 0, 0]).WriteTo(_folder);

        UndoBinlog undo = BinlogRecovery.WriteUndoBinlog(BinlogRecovery.ReadEvents([log]), Path.Combine(_folder, "undo"));
        using var scan = new EventScan([LogRange.Whole(log)], EventFilter.All, CancellationToken.None);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true);

        Assert.False(undo.IsComplete);
        Assert.Contains(reason, Assert.Single(undo.Reason));
        Assert.Equal(undo.Reason, index.Reasons);
    }
}
