using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using Xunit;

namespace MySqlRecovery.Core.Tests.Output.ReversedBinlog;

public sealed class UndoVerifierTests : IDisposable
{
    private const int BodyLength = 100_000;
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_verifier_that_is_given_up_while_it_reads_ahead_ends_quietly()
    {
        using var file = MySqlRecovery.IO.PendingFile.Create(_path, overwrite: false, []);
        using var writer = new BinlogWriter(file, timestamp: 1);
        using var verifier = new UndoVerifier(file.TemporaryPath, TestContext.Current.CancellationToken);
        WriteEvents(writer, verifier);
        writer.Flush();
        Thread.Sleep(100);
    }

    [Fact]
    public void What_was_written_otherwise_than_meant_is_found()
    {
        using var file = MySqlRecovery.IO.PendingFile.Create(_path, overwrite: false, []);
        using var writer = new BinlogWriter(file, timestamp: 1);
        using var verifier = new UndoVerifier(file.TemporaryPath, TestContext.Current.CancellationToken);
        WriteEvents(writer, verifier);
        writer.WriteEvent(BinlogEventType.Xid, 1, new byte[8]);
        writer.Flush();

        Assert.Equal("UndoNotVerified", Assert.Throws<RecoveryException>(() => verifier.Complete(transactions: 2, rows: 0)).ErrorId);
    }

    private static void WriteEvents(BinlogWriter writer, UndoVerifier verifier)
    {
        byte[] format = FormatDescriptionEvent.ForMySql(new Version(9, 7, 0)).Raw;
        writer.Flushed = verifier.Grow;
        writer.WriteEvent(BinlogEventType.FormatDescription, 1, format.AsSpan(MySqlRecovery.Binlog.Events.EventHeader.Size..^4));
        for (int i = 0; i < 60; i++)
            writer.WriteEvent(BinlogEventType.Ignorable, 1, new byte[BodyLength]);
    }
}
