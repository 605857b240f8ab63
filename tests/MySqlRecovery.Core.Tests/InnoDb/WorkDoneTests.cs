using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.InnoDb.Rows;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

/// <summary>What long work on one file says of how far it is: all bytes, each once for each time that it is looked at.</summary>
public sealed class WorkDoneTests
{
    public static TheoryData<string> Tables { get; } = SampleFile.Tables;

    [Theory, MemberData(nameof(Tables))]
    public void A_repair_counts_the_bytes_that_it_plans_writes_and_reads_back(string name)
    {
        using var sample = new SampleFile(name);
        long length = new FileInfo(sample.Source).Length, planned = 0, written = 0;

        RepairPlan plan = RepairPlanner.Plan(sample.Request, CancellationToken.None, more => Interlocked.Add(ref planned, more));
        RepairApplication.Apply(
            plan, new RepairOutput(sample.Destination, null, null, Overwrite: false), CancellationToken.None,
            more => Interlocked.Add(ref written, more));

        Assert.Equal((length, 2 * length), (planned, written));
    }

    [Theory, MemberData(nameof(Tables))]
    public void A_reading_of_rows_ends_at_all_of_its_bytes(string name)
    {
        using var sample = new SampleFile(name);
        long length = new FileInfo(sample.Source).Length;
        foreach ((TableRowSelection selection, int walks) in new[] { (TableRowSelection.Live, 1), (TableRowSelection.All, 3) })
        {
            var told = new List<(long Done, long Total)>();
            string table = name[(name.LastIndexOf('-') + 1)..];
            using TableFile file = TableFile.Open(sample.Source, new()
            {
                Schema = SchemaCatalog.Parse($"CREATE TABLE {table} ({SampleFile.Columns}) DEFAULT CHARSET=utf8mb4"),
            });
            new TableRowReader(file, _ => { }, CancellationToken.None) { OnRead = (done, total) => told.Add((done, total)) }
                .ReadObjects(selection, columns: null, _ => true, _ => { });

            Assert.All(told, t => Assert.Equal(walks * length, t.Total));
            Assert.Equal(told.Select(t => t.Done).Order(), told.Select(t => t.Done));
            Assert.InRange(told[^1].Done, length, walks * length);
        }
    }

    [Fact]
    public void Whoever_waits_for_files_is_called_before_each_outcome()
    {
        int waits = 0;

        int outcomes = ParallelFiles.Run([1, 2, 3], n => n, CancellationToken.None, () => waits++).Count();

        Assert.Equal(3, outcomes);
        Assert.True(waits >= 3);
    }
}
