using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

public sealed class PageChecksumTests
{
    [Theory]
    [InlineData("mysql-9.7-main_dyn", "crc32")]
    [InlineData("mysql-9.7-main_z8", "crc32")]
    [InlineData("mysql-5.6-main_com", "innodb")]
    [InlineData("mariadb-10.11-main_dyn", "full_crc32")]
    public void What_a_server_sealed_is_recognized_and_sealed_again_the_same(string table, string name)
    {
        using var sample = new SampleFile(table);
        using TablespaceFile file = TablespaceFile.Open(sample.Source);
        int used = 0;
        for (uint number = 0; number < file.PageCount; number++)
        {
            byte[] page = file.ReadPage(number), again = [.. page];
            PageChecksumAlgorithm algorithm = PageChecksum.Identify(page, file.Flags);
            if (algorithm == PageChecksumAlgorithm.Empty)
                continue;
            used++;
            Assert.Equal(name, PageChecksum.Name(algorithm));
            int place = file.Flags.IsFullCrc32 ? page.Length - 4 : 0;
            again.AsSpan(place, 4).Clear();
            PageChecksum.Seal(again, file.Flags, algorithm);
            Assert.Equal(page, again);
        }

        Assert.True(used > 5);
    }

    [Theory]
    [InlineData(0x21u, nameof(PageChecksumAlgorithm.Crc32))]
    [InlineData(0x21u, nameof(PageChecksumAlgorithm.Crc32BigEndian))]
    [InlineData(0x21u, nameof(PageChecksumAlgorithm.InnoDb))]
    [InlineData(0x29u, nameof(PageChecksumAlgorithm.Crc32))]
    [InlineData(0x29u, nameof(PageChecksumAlgorithm.InnoDb))]
    [InlineData(0x29u, nameof(PageChecksumAlgorithm.Crc32BigEndian))]
    [InlineData(0x15u, nameof(PageChecksumAlgorithm.FullCrc32))]
    public void A_flipped_bit_is_noticed_under_every_algorithm(uint flagBits, string name)
    {
        var flags = new TablespaceFlags(flagBits);
        var algorithm = Enum.Parse<PageChecksumAlgorithm>(name);
        var page = new byte[flags.PhysicalSize];
        new Random(2).NextBytes(page);
        page[FilPage.Type] = 0;
        page.AsSpan(FilPage.Lsn + 4, 4).CopyTo(page.AsSpan(page.Length - 4));
        PageChecksum.Seal(page, flags, algorithm);
        Assert.Equal(algorithm, PageChecksum.Identify(page, flags));

        page[5000] ^= 0x10;

        Assert.Equal(PageChecksumAlgorithm.Unknown, PageChecksum.Identify(page, flags));
    }

    [Fact]
    public void An_unused_page_is_no_damaged_page() =>
        Assert.Equal(PageChecksumAlgorithm.Empty, PageChecksum.Identify(new byte[16384], new TablespaceFlags(0x21)));

    [Fact]
    public void A_flipped_bit_is_reported_with_page_offset_and_index()
    {
        using var sample = new SampleFile("mysql-9.7-main_dyn");
        sample.Damage((4 * 16384) + 9000);

        (IbdTablespace tablespace, IReadOnlyList<IbdPageProblem> problems, _) =
            TablespaceScanner.Scan(sample.Source, verify: true, CancellationToken.None);

        Assert.Equal(1, tablespace.DamagedPageCount);
        IbdPageProblem problem = Assert.Single(problems);
        Assert.Equal((4, 4 * 16384, 17855), (problem.PageNumber, problem.Offset, problem.PageType));
        Assert.Equal(tablespace.IndexId[0], problem.IndexId);
        Assert.NotEqual(problem.Expected, problem.Found);
    }
}
