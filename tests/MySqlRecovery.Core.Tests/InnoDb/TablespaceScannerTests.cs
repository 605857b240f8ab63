using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

public sealed class TablespaceScannerTests
{
    [Theory]
    [InlineData("mysql-9.7-main_dyn", "Dynamic", "9.7.4", "PRIMARY,v,k,c")]
    [InlineData("mysql-9.7-main_red", "Redundant", "9.7.4", "PRIMARY,v,k,c")]
    [InlineData("mysql-9.7-main_z8", "Compressed", "9.7.4", "PRIMARY,v,k,c")]
    [InlineData("mysql-5.6-main_com", "Compact", "", "")]
    [InlineData("mariadb-10.11-main_dyn", "Compact or Dynamic", "", "")]
    public void A_file_says_what_it_is(string table, string rowFormat, string version, string indexes)
    {
        using var sample = new SampleFile(table);

        IbdTablespace tablespace = TablespaceScanner.Scan(sample.Source, verify: true, CancellationToken.None).Tablespace;

        Assert.Equal(rowFormat, tablespace.RowFormat);
        Assert.Equal(version, tablespace.ServerVersion);
        Assert.Equal($"rep.{Path.GetFileNameWithoutExtension(sample.Source)}", tablespace.Table);
        Assert.Equal(indexes.Split(',', StringSplitOptions.RemoveEmptyEntries), tablespace.IndexName);
        Assert.Equal(4, tablespace.IndexId.Length);
        Assert.Equal(tablespace.SpaceId, tablespace.PageSpaceId);
        Assert.True(tablespace.IsSpaceIdConsistent);
        Assert.Equal((tablespace.PageCount, 0), (tablespace.PagesRead, tablespace.DamagedPageCount));
        if (version.Length > 0)
            Assert.Equal("e decimal(14,4)", tablespace.Column[5]);
    }

    [Fact]
    public void An_id_that_only_page_0_has_is_outvoted_by_the_other_pages()
    {
        using var sample = new SampleFile("mysql-9.7-main_dyn");
        sample.Damage(FilPage.SpaceId + 3); // bytes 26 to 37 are not under the checksum

        IbdTablespace tablespace = TablespaceScanner.Scan(sample.Source, verify: false, CancellationToken.None).Tablespace;

        Assert.Equal(tablespace.PageSpaceId ^ 1, tablespace.SpaceId);
        Assert.False(tablespace.IsSpaceIdConsistent);
    }

    [Fact]
    public void What_is_no_tablespace_is_refused_by_name()
    {
        using var sample = new SampleFile("mysql-9.7-main_dyn");
        foreach (byte[] contents in (byte[][])[[], [1, 2, 3], new byte[65536]])
        {
            File.WriteAllBytes(sample.Source, contents);
            var error = Assert.Throws<RecoveryException>(() => TablespaceScanner.Scan(sample.Source, verify: true, CancellationToken.None));
            Assert.Equal("NotATablespace", error.ErrorId);
            Assert.Equal(sample.Source, error.Path);
        }
    }

    [Theory]
    [MemberData(nameof(SampleFile.Tables), MemberType = typeof(SampleFile))]
    public void Damaged_bytes_anywhere_give_an_answer_or_an_error_of_ours(string table)
    {
        using var sample = new SampleFile(table);
        byte[] sound = File.ReadAllBytes(sample.Source);
        var random = new Random(3);
        for (int round = 0; round < 12; round++)
        {
            byte[] broken = [.. sound];
            for (int i = 0; i < 40; i++)
                broken[random.Next(Math.Min(broken.Length, 16384 * 8))] = (byte)random.Next(256);
            File.WriteAllBytes(sample.Source, broken.AsSpan(0, round % 4 == 0 ? random.Next(broken.Length) : broken.Length));
            Assert.Null(Record.Exception(() => Ask(() => TablespaceScanner.Scan(sample.Source, verify: true, CancellationToken.None))));
            Assert.Null(Record.Exception(
                () => Ask(() => RepairPlanner.Plan(sample.Request with { SkipDamage = true }, CancellationToken.None))));
        }
    }

    private static void Ask(Action action)
    {
        try
        {
            action();
        }
        catch (RecoveryException)
        {
            // a clear refusal
        }
    }
}
