using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Repair;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

public sealed class PlainRecordTests
{
    [Theory]
    [InlineData("mysql-9.7-main_dyn")]
    [InlineData("mysql-5.6-main_com")]
    [InlineData("mariadb-10.11-main_dyn")]
    public void Records_read_by_steps_are_where_they_are_when_read_field_by_field(string table)
    {
        using var sample = new SampleFile(table);
        (LeafPage bySteps, LeafPage byFields, List<byte[]> pages) = Open(sample);
        int records = 0;
        foreach (byte[] page in pages)
        {
            Assert.Null(bySteps.Read(page));
            Assert.Null(byFields.Read(page));
            AssertSame(byFields, bySteps);
            records += bySteps.Records.Count;
        }

        Assert.True(records > 50, $"{records} records");
    }

    [Theory]
    [InlineData("mysql-9.7-main_dyn")]
    [InlineData("mysql-5.6-main_com")]
    [InlineData("mariadb-10.11-main_dyn")]
    public void Damaged_pages_are_refused_by_both_or_read_alike_by_both(string table)
    {
        using var sample = new SampleFile(table);
        (LeafPage bySteps, LeafPage byFields, List<byte[]> pages) = Open(sample);
        var random = new Random(5);
        for (int run = 0; run < 20_000; run++)
        {
            byte[] page = [.. pages[random.Next(pages.Count)]];
            for (int i = random.Next(1, 4); i > 0; i--)
                page[random.Next(IndexPage.HeapTop, page.Length)] = (byte)random.Next(256);

            string? wrong = byFields.Read(page);

            Assert.Equal(wrong, bySteps.Read(page));
            if (wrong == null)
                AssertSame(byFields, bySteps);
        }
    }

    private static void AssertSame(LeafPage expected, LeafPage actual)
    {
        Assert.Equal(expected.Records, actual.Records);
        Assert.Equal(expected.BlobReferences, actual.BlobReferences);
    }

    /// <summary>A reader with steps, one without, and the clustered leaf pages of a sample.</summary>
    private static (LeafPage BySteps, LeafPage ByFields, List<byte[]> Pages) Open(SampleFile sample)
    {
        RepairPlan plan = RepairPlanner.Plan(sample.Request, CancellationToken.None);
        RecordLayout layout = plan.Map.Layout!;
        // Fields that no version of the rows lacks yet: the steps are not made.
        var other = new RecordLayout([.. layout.Fields.Select(f => f with { VersionDropped = 1000 })], layout.TrxIdField);
        Assert.NotNull(PlainRecord.Of(layout));
        Assert.Null(PlainRecord.Of(other));
        using TablespaceFile file = TablespaceFile.Open(sample.Source);
        var pages = new List<byte[]>();
        for (uint number = 0; number < file.PageCount; number++)
        {
            byte[] page = file.ReadPage(number);
            if (FilPage.TypeOf(page) == PageType.Index && FilPage.U16(page, IndexPage.Level) == 0
                && FilPage.U64(page, IndexPage.IndexId) == plan.Map.Clustered!.IndexId)
                pages.Add(page);
        }

        return (new LeafPage(layout), new LeafPage(other), pages);
    }
}
