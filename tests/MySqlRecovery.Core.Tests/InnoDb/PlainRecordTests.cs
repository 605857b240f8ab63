using MySqlRecovery.InnoDb;
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
        RepairPlan plan = RepairPlanner.Plan(sample.Request, CancellationToken.None);
        RecordLayout layout = plan.Map.Layout!;
        // A field that a later version of the rows lacks is in these, and the steps are not made.
        var other = new RecordLayout([.. layout.Fields.Select(f => f with { VersionDropped = 1 })], layout.TrxIdField);
        LeafPage bySteps = new(layout), byFields = new(other);
        using TablespaceFile file = TablespaceFile.Open(sample.Source);
        int records = 0;
        for (uint number = 0; number < file.PageCount; number++)
        {
            byte[] page = file.ReadPage(number);
            if (FilPage.TypeOf(page) != PageType.Index || FilPage.U16(page, IndexPage.Level) != 0 || FilPage.U64(page, IndexPage.IndexId) != plan.Map.Clustered!.IndexId)
                continue;
            Assert.Null(bySteps.Read(page));
            Assert.Null(byFields.Read(page));
            Assert.Equal(byFields.Records, bySteps.Records);
            Assert.Equal(byFields.BlobReferences, bySteps.BlobReferences);
            records += bySteps.Records.Count;
        }

        Assert.NotNull(PlainRecord.Of(layout));
        Assert.Null(PlainRecord.Of(other));
        Assert.True(records > 50, $"{records} records");
    }
}
