using System.Security.Cryptography;
using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

public sealed class RepairTests
{
    [Theory]
    [MemberData(nameof(SampleFile.Tables), MemberType = typeof(SampleFile))]
    public void With_a_reference_the_whole_file_takes_the_new_identity(string table)
    {
        using var sample = new SampleFile(table);
        byte[] original = File.ReadAllBytes(sample.Source);
        IbdTablespace reference = Scan(sample.Reference);

        IbdRepairResult result = Repair(sample);

        Assert.Empty(result.Problem);
        Assert.True(result.IsConsistent);
        IbdTablespace repaired = Scan(sample.Destination);
        Assert.Equal(reference.SpaceId, result.NewSpaceId);
        Assert.Equal((reference.SpaceId, reference.SpaceId, true), (repaired.SpaceId, repaired.PageSpaceId, repaired.IsSpaceIdConsistent));
        Assert.Equal(reference.IndexId, repaired.IndexId);
        Assert.Equal(reference.MaxLsn, repaired.MaxLsn);
        Assert.Equal(0, repaired.DamagedPageCount);
        Assert.Equal(original, File.ReadAllBytes(sample.Source));
    }

    [Theory]
    [MemberData(nameof(SampleFile.Tables), MemberType = typeof(SampleFile))]
    public void No_row_keeps_a_transaction_or_a_reference_of_the_old_instance(string table)
    {
        using var sample = new SampleFile(table);
        RepairPlan plan = RepairPlanner.Plan(sample.Request, CancellationToken.None);
        Dictionary<string, int> reasons = RepairApplication.ListEdits(plan, CancellationToken.None).CountBy(e => e.Reason).ToDictionary();

        Repair(sample);

        Assert.True(reasons["DB_TRX_ID, DB_ROLL_PTR"] > 300);
        Assert.True(reasons["BLOB reference"] >= 8);
        Assert.Equal(2 * (table.Contains("9.7") ? 5 : 4), reasons["segment header"]);
        RepairPlan again = RepairPlanner.Plan(sample.Request with { Path = sample.Destination }, CancellationToken.None);
        Assert.Equal(0, again.EditCount);
    }

    [Theory]
    [MemberData(nameof(SampleFile.Tables), MemberType = typeof(SampleFile))]
    public void The_listed_edits_are_what_is_written(string table)
    {
        using var sample = new SampleFile(table);
        RepairPlan plan = RepairPlanner.Plan(sample.Request, CancellationToken.None);
        byte[] bytes = File.ReadAllBytes(sample.Source);
        long edits = 0;
        foreach (IbdEdit edit in RepairApplication.ListEdits(plan, CancellationToken.None))
        {
            edits++;
            Assert.Equal(edit.OldBytes, bytes.AsSpan((int)edit.Offset, edit.OldBytes.Length).ToArray());
            edit.NewBytes.CopyTo(bytes, edit.Offset);
        }

        IbdRepairResult result = Repair(sample);

        Assert.Equal(edits, result.EditCount);
        Assert.Equal(bytes, File.ReadAllBytes(sample.Destination));
    }

    [Theory]
    [MemberData(nameof(SampleFile.Tables), MemberType = typeof(SampleFile))]
    public void The_undo_file_gives_the_original_back(string table)
    {
        using var sample = new SampleFile(table);
        string undo = Path.Combine(sample.Folder, "x.undo"), back = Path.Combine(sample.Folder, "back.ibd");
        Repair(sample, undo: undo);

        RepairJournal.Apply(sample.Destination, new RepairOutput(back, null, undo, Overwrite: false), CancellationToken.None);

        Assert.Equal(SHA256.HashData(File.ReadAllBytes(sample.Source)), SHA256.HashData(File.ReadAllBytes(back)));
    }

    [Fact]
    public void The_undo_of_a_file_that_changed_since_is_refused()
    {
        using var sample = new SampleFile("mysql-9.7-main_dyn");
        string undo = Path.Combine(sample.Folder, "x.undo"), back = Path.Combine(sample.Folder, "back.ibd");
        Repair(sample, undo: undo);
        byte[] changed = File.ReadAllBytes(sample.Destination);
        changed[^100] ^= 1;
        File.WriteAllBytes(sample.Destination, changed);

        Refused("UndoFileMismatch",
            () => RepairJournal.Apply(sample.Destination, new RepairOutput(back, null, undo, false), CancellationToken.None));

        Assert.False(File.Exists(back));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(back)!, $".{Path.GetFileName(back)}*"));
    }

    [Fact]
    public void A_damaged_page_refuses_the_file_unless_it_may_be_skipped_and_then_stays_as_it_is()
    {
        using var sample = new SampleFile("mysql-9.7-main_dyn");
        const int Offset = 7 * 16384;
        sample.Damage(Offset + 9000);
        Assert.True(RepairPlanner.Plan(sample.Request, CancellationToken.None).IsRefused);

        IbdRepairResult result = Apply(RepairPlanner.Plan(sample.Request with { SkipDamage = true }, CancellationToken.None), sample);

        Assert.False(result.IsConsistent);
        Assert.Contains("page 7 ", result.Problem[0]);
        Assert.Equal(File.ReadAllBytes(sample.Source)[Offset..(Offset + 16384)],
            File.ReadAllBytes(sample.Destination)[Offset..(Offset + 16384)]);
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        using var sample = new SampleFile("mysql-9.7-main_dyn");
        using (FileStream file = File.Open(sample.Source, FileMode.Open))
            file.SetLength(file.Length - 16384);

        Refused("IbdTruncated", () => RepairPlanner.Plan(sample.Request, CancellationToken.None));
    }

    [Fact]
    public void A_reference_of_another_row_format_is_refused_with_the_clause_that_would_match()
    {
        using var sample = new SampleFile("mysql-9.7-main_dyn");
        using var other = new SampleFile("mysql-9.7-main_z8");

        RecoveryException error = Refused("TablespaceFlagsMismatch",
            () => RepairPlanner.Plan(sample.Request with { ReferencePath = other.Reference }, CancellationToken.None));

        Assert.Contains("ROW_FORMAT=DYNAMIC", error.RecommendedAction);
    }

    [Fact]
    public void A_definition_of_another_table_is_refused()
    {
        using var sample = new SampleFile("mysql-5.6-main_com");

        Refused("SchemaMismatch", () => RepairPlanner.Plan(
            sample.Request with
            {
                SchemaLayouts =
                SampleFile.Layouts("CREATE TABLE t (a bigint primary key, b char(200), c int) CHARSET=latin1")
            },
            CancellationToken.None));
    }

    [Fact]
    public void Rows_without_a_known_layout_are_refused_rather_than_guessed()
    {
        using var sample = new SampleFile("mysql-5.6-main_com");

        Refused("RecordLayoutUnknown", () => RepairPlanner.Plan(sample.Request with { SchemaLayouts = [] }, CancellationToken.None));
    }

    [Fact]
    public void A_definition_without_character_set_is_completed_by_what_the_records_show()
    {
        using var sample = new SampleFile("mysql-5.6-main_com");
        RepairRequest request = sample.Request with { SchemaLayouts = SampleFile.Layouts($"CREATE TABLE main ({SampleFile.Columns})") };

        Assert.True(Apply(RepairPlanner.Plan(request, CancellationToken.None), sample).IsConsistent);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(4294967294u)]
    [InlineData(4294967295u)]
    public void An_id_that_belongs_to_the_server_is_refused(uint id)
    {
        using var sample = new SampleFile("mysql-9.7-main_dyn");
        Refused("SpaceIdReserved",
            () => RepairPlanner.Plan(sample.Request with { ReferencePath = null, SpaceId = id }, CancellationToken.None));
    }

    [Theory]
    [InlineData(15u)]
    [InlineData(65536u)]
    public void With_only_a_number_the_id_is_changed_everywhere_and_the_rest_named_as_missing(uint id)
    {
        using var sample = new SampleFile("mysql-9.7-main_red");

        IbdRepairResult result =
            Apply(RepairPlanner.Plan(sample.Request with { ReferencePath = null, SpaceId = id }, CancellationToken.None), sample);

        Assert.Equal(id, Scan(sample.Destination).PageSpaceId);
        Assert.False(result.IsConsistent);
        Assert.Equal(2, result.Problem.Length);
        Assert.All(result.Problem, p => Assert.StartsWith("missing: ", p));
    }

    [Fact]
    public void A_second_run_leaves_what_the_first_one_finished()
    {
        using var sample = new SampleFile("mysql-9.7-main_dyn");
        IbdRepairResult first = Repair(sample);
        DateTime written = File.GetLastWriteTimeUtc(sample.Destination);

        IbdRepairResult second = Repair(sample);

        Assert.Equal(first.EditCount, second.EditCount);
        Assert.True(second.IsConsistent);
        Assert.Equal(written, File.GetLastWriteTimeUtc(sample.Destination));
        File.WriteAllText(sample.Destination, "something else");
        Refused("DestinationExists", () => Repair(sample));
        Assert.Equal("something else", File.ReadAllText(sample.Destination));
    }

    [Fact]
    public void In_place_the_backup_is_the_original()
    {
        using var sample = new SampleFile("mysql-9.7-main_dyn");
        byte[] original = File.ReadAllBytes(sample.Source);
        string backup = Path.Combine(sample.Folder, "backup.ibd");
        RepairPlan plan = RepairPlanner.Plan(sample.Request, CancellationToken.None);

        IbdRepairResult result =
            RepairApplication.Apply(plan, new RepairOutput(sample.Source, backup, null, false), CancellationToken.None);

        Assert.True(result.IsConsistent);
        Assert.Equal(original, File.ReadAllBytes(backup));
        Assert.Equal(result.NewSpaceId, Scan(sample.Source).SpaceId);
    }

    private static IbdTablespace Scan(string path) => TablespaceScanner.Scan(path, verify: true, CancellationToken.None).Tablespace;

    private static IbdRepairResult Repair(SampleFile sample, string? undo = null) =>
        Apply(RepairPlanner.Plan(sample.Request, CancellationToken.None), sample, undo);

    private static IbdRepairResult Apply(RepairPlan plan, SampleFile sample, string? undo = null) =>
        RepairApplication.Apply(plan, new RepairOutput(sample.Destination, null, undo, Overwrite: false), CancellationToken.None);

    private static RecoveryException Refused(string id, Action action)
    {
        var error = Assert.Throws<RecoveryException>(action);
        Assert.Equal(id, error.ErrorId);
        return error;
    }
}
