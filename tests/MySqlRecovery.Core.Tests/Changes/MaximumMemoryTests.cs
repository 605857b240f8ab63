using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

public sealed class MaximumMemoryTests : IDisposable
{
    private const int Events = 1500;
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_log_whose_index_does_not_fit_into_memory_is_undone_from_the_temporary_file()
    {
        SmallLog log = new SmallLog().AddTable(type: 3);
        for (int i = 0; i < Events; i++)
            log.AddInsert(BitConverter.GetBytes(i), BitConverter.GetBytes(-i));
        string path = log.WriteTo(_folder);
        string undoPath = Path.Combine(_folder, "undo");
        using var scan = new EventScan([LogRange.Whole(path)], EventFilter.All, CancellationToken.None);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true, maximumMemory: 0);

        UndoBinlog undo = UndoBinlogWriter.Write(index, where: null, undoPath, overwrite: false, gtidSource: null, CancellationToken.None);

        Assert.Equal((2L * Events, true, true), (undo.RowCount, undo.IsComplete, undo.IsVerified));
        Assert.Equal(
            Enumerable.Range(0, Events).Reverse().SelectMany(i => (int[])[-i, i]),
            BinlogRecovery.ReadRowChanges(BinlogRecovery.ReadEvents([undoPath])).Select(r => (int)r.Before!["@1"]!));
    }
}
