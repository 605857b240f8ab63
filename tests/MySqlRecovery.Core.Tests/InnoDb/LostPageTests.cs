using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

/// <summary>Pages of zeros where others should be: holes of a copy, writes that were lost, what ddrescue could not read.</summary>
public sealed class LostPageTests
{
    [Theory]
    [MemberData(nameof(SampleFile.Tables), MemberType = typeof(SampleFile))]
    public void A_sound_file_has_no_page_of_zeros_in_use(string table)
    {
        using var sample = new SampleFile(table);
        foreach (string path in (string[])[sample.Source, sample.Reference])
            Assert.Empty(TablespaceScanner.Scan(path, verify: true, CancellationToken.None).Problems);
    }

    [Theory]
    [MemberData(nameof(SampleFile.Tables), MemberType = typeof(SampleFile))]
    public void A_leaf_that_is_lost_is_damage_and_what_only_the_other_indexes_still_have_is_not_thrown_away(string table)
    {
        using var sample = new SampleFile(table);
        uint page = FindLeaf(sample.Source);
        Clear(sample.Source, page);

        (IbdTablespace tablespace, IReadOnlyList<IbdPageProblem> problems, _) =
            TablespaceScanner.Scan(sample.Source, verify: true, CancellationToken.None);
        RepairPlan plan = RepairPlanner.Plan(sample.Request, CancellationToken.None);
        IbdRepairResult result = Apply(sample, sample.Request with { SkipDamage = true });

        Assert.Equal((1, page, "all zeros, but in use"), (tablespace.DamagedPageCount, problems[0].PageNumber, problems[0].Problem));
        Assert.True(plan.IsRefused);
        Assert.False(result.IsConsistent);
        Assert.Contains(result.Problem, p => p.Contains("all zeros, but in use", StringComparison.Ordinal));
        Assert.Equal(3, result.Problem.Count(p => p.Contains("only this index still has their keys", StringComparison.Ordinal)));
        Assert.DoesNotContain(result.Problem, p => p.Contains("drop and add", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mysql-9.7-main_dyn", 2u, "says where the indexes are")]
    [InlineData("mysql-9.7-main_dyn", 4u, "is the root of an index")]
    [InlineData("mysql-5.6-main_com", 2u, "says where the indexes are")]
    [InlineData("mysql-5.6-main_com", 3u, "is the root of an index")]
    [InlineData("mariadb-10.11-main_dyn", 2u, "says where the indexes are")]
    [InlineData("mariadb-10.11-main_dyn", 3u, "is the root of an index")]
    public void A_page_on_which_all_else_depends_is_named(string table, uint page, string what)
    {
        using var sample = new SampleFile(table);
        Clear(sample.Source, page);

        var error = Assert.Throws<RecoveryException>(
            () => RepairPlanner.Plan(sample.Request with { SkipDamage = true }, CancellationToken.None));

        Assert.Equal("IbdPageDamaged", error.ErrorId);
        Assert.Contains(what, error.Message);
    }

    [Theory]
    [InlineData("mysql-9.7-main_dyn")]
    [InlineData("mysql-9.7-main_red")]
    [InlineData("mysql-9.7-main_z8")]
    public void A_lost_root_of_the_dictionary_information_is_taken_from_the_reference(string table)
    {
        using SampleFile sample = new(table), whole = new(table);
        Clear(sample.Source, 3);

        IbdRepairResult result = Apply(sample, sample.Request);

        Assert.Equal((true, ""), (result.IsConsistent, string.Join("; ", result.Problem)));
        Apply(whole, whole.Request);
        Assert.Equal(File.ReadAllBytes(whole.Destination), File.ReadAllBytes(sample.Destination));
    }

    [Fact]
    public void What_was_cut_off_is_named_and_written_as_zeros()
    {
        using var sample = new SampleFile("mysql-9.7-main_dyn");
        long length = new FileInfo(sample.Source).Length;
        uint last = LastInUse(sample.Source);
        using (FileStream file = File.Open(sample.Source, FileMode.Open))
            file.SetLength((last * 16384L) + 100);

        Assert.Equal("IbdTruncated",
            Assert.Throws<RecoveryException>(() => RepairPlanner.Plan(sample.Request, CancellationToken.None)).ErrorId);
        IbdRepairResult result = Apply(sample, sample.Request with { SkipDamage = true });

        Assert.False(result.IsConsistent);
        Assert.Contains(result.Problem, p => p.StartsWith("the file was cut off", StringComparison.Ordinal));
        Assert.Contains(result.Problem,
            p => p.Contains($"page {last}", StringComparison.Ordinal) && p.Contains("missing", StringComparison.Ordinal));
        Assert.Equal(length, new FileInfo(sample.Destination).Length);
        Assert.True(FilPage.IsEmpty(File.ReadAllBytes(sample.Destination).AsSpan((int)last * 16384)));
    }

    private static IbdRepairResult Apply(SampleFile sample, RepairRequest request) => RepairApplication.Apply(
        RepairPlanner.Plan(request, CancellationToken.None), new RepairOutput(sample.Destination, null, null, Overwrite: false),
        CancellationToken.None);

    private static uint FindLeaf(string path)
    {
        using TablespaceFile file = TablespaceFile.Open(path);
        ulong id = TablespaceMap.FindClustered(BTreeRoot.FindAll(file), null, file.SpaceId)!.IndexId;
        ExtentMap extents = ExtentMap.Read(file);
        return Enumerable.Range(0, (int)file.PageCount).Select(n => (uint)n).Last(n => !extents.IsFree(n) &&
            file.ReadPage(n) is var page && FilPage.TypeOf(page) == PageType.Index && FilPage.U64(page, IndexPage.IndexId) == id
            && FilPage.U16(page, IndexPage.Level) == 0);
    }

    private static uint LastInUse(string path)
    {
        using TablespaceFile file = TablespaceFile.Open(path);
        ExtentMap extents = ExtentMap.Read(file);
        return Enumerable.Range(0, (int)file.PageCount).Select(n => (uint)n).Last(n => extents.IsInUse(n));
    }

    private static void Clear(string path, uint page)
    {
        int length;
        using (TablespaceFile file = TablespaceFile.Open(path))
            length = file.PageLength;
        using FileStream stream = File.OpenWrite(path);
        stream.Position = (long)page * length;
        stream.Write(new byte[length]);
    }
}
