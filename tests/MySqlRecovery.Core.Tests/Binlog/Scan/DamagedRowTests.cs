using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Scan;

/// <summary>Row events whose checksum is right, or that have none, and that cannot be read.</summary>
public sealed class DamagedRowTests : IDisposable
{
    private readonly string _log = Path.GetTempFileName();

    public void Dispose() => File.Delete(_log);

    // Flags of what a cascade of MySQL 9.6 and later did: its rows are counted where they were not asked for.
    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0x12 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0x12, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0x12, 0, 255, 0, 1 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0x12, 0, 2, 0, 1, 1, 0, 7 })]
    public void One_that_was_not_asked_for_is_an_error_with_its_place(byte[] body)
    {
        var log = new SmallLog();
        log.AddBegin(3);
        log.AddTable((byte)ColumnType.Long);
        long offset = log.End;
        log.Add(BinlogEventType.WriteRows, body);
        log.AddCommit();
        File.WriteAllBytes(_log, log.Bytes);
        var filter = new EventFilter { Tables = TableFilter.Only([new TableName("d", "other")]), WithStatements = true };
        using var scan = new EventScan([LogRange.Whole(_log)], filter, CancellationToken.None);

        RecoveryException error = Assert.Throws<RecoveryException>(() =>
        {
            while (scan.Read())
            {
            }
        });

        Assert.Equal(("BinlogEventMalformed", _log, offset), (error.ErrorId, error.Path, error.Offset));
    }
}
