using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

public sealed class UnfinishedTransactionTests
{
    [Theory]
    [InlineData(ServerFlavour.MySql)]
    [InlineData(ServerFlavour.MySql56)]
    [InlineData(ServerFlavour.MariaDb)]
    public async Task Rows_that_the_lost_server_would_have_brought_back_are_spoken_of(ServerFlavour flavour)
    {
        const string Definition = "CREATE TABLE d.t (id INT PRIMARY KEY, a INT) ENGINE=InnoDB ROW_FORMAT=DYNAMIC";
        using MySqlServer lost = MySqlServer.Start(flavour), target = MySqlServer.Start(flavour);
        lost.Sql($"CREATE DATABASE d; {Definition}; INSERT INTO d.t VALUES (1, 1), (2, 2), (3, 3), (4, 4)");
        target.Sql($"CREATE DATABASE d; {Definition}");
        string copy = Path.Combine(target.FilesPath, "d", "t.ibd");
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        Task open = Task.Run(
            () => lost.Sql("SET GLOBAL innodb_max_dirty_pages_pct = 0; BEGIN; DELETE FROM d.t WHERE id > 2; "
                + "INSERT INTO d.t VALUES (9, 9); DO SLEEP(3600)"),
            TestContext.Current.CancellationToken);
        // As a killed server would leave it: what is not committed is on the disk, the undo of it elsewhere. A copy that is equal to the
        // one before was not taken while pages were being written.
        DateTime deadline = DateTime.UtcNow.AddMinutes(5);
        byte[] bytes = [], last;
        do
        {
            Assert.True(DateTime.UtcNow < deadline, "the server did not write its pages");
            Thread.Sleep(500);
            (last, bytes) = (bytes, File.ReadAllBytes(Path.Combine(lost.DataPath, "d", "t.ibd")));
            File.WriteAllBytes(copy, bytes);
        }
        while (!bytes.AsSpan().SequenceEqual(last) || !HasDeletedRows(copy));
        lost.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => open);
        target.Stop();

        IbdRepairResult result = Transplant.Replace(copy, target, flavour == ServerFlavour.MySql ? null : Definition);

        Assert.False(result.IsConsistent);
        Assert.StartsWith("2 rows are marked as deleted", Assert.Single(result.Problem));
        target.Start();
        Assert.Equal([["1", "1"], ["2", "2"], ["9", "9"]], target.Query("SELECT * FROM d.t"));
    }

    private static bool HasDeletedRows(string path)
    {
        // Page 0 may not have been written yet.
        if (FilPage.TypeOf(File.ReadAllBytes(path)) != PageType.FspHeader)
            return false;
        using TablespaceFile file = TablespaceFile.Open(path);
        return TablespaceMap.FindClustered(BTreeRoot.FindAll(file), null, file.SpaceId) is { } root
            && LeafPage.CountLive(file.ReadPage(root.Page), out int deleted) == 3 && deleted == 2;
    }
}
