using System.Globalization;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Rows;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

/// <summary>Rows of the sample files, whole and damaged. That the values are the server's is shown against real servers.</summary>
public sealed class TableRowTests
{
    public static TheoryData<string> Tables { get; } = SampleFile.Tables;

    [Theory, MemberData(nameof(Tables))]
    public void Every_row_of_a_file_has_its_values_and_comes_once(string name)
    {
        using var sample = new SampleFile(name);

        List<TableRow> rows = Read(sample, TableRowSelection.Live, out List<RecoveryException> errors);

        Assert.Empty(errors);
        Assert.NotEmpty(rows);
        Assert.Equal(rows.Count, rows.Select(r => r.Key!["id"]).Distinct().Count());
        Assert.All(rows, row =>
        {
            Assert.Equal(TableRowState.Live, row.State);
            Assert.Empty(row.MissingColumn);
            Assert.IsType<uint>(row.Value["id"]);
            Assert.True(row.Value["d"] is null or DateTime);
            Assert.True(row.Value["e"] is null or decimal);
            Assert.True(row.Value["en"] is null or "x" or "y" or "z");
        });
    }

    [Theory, MemberData(nameof(Tables))]
    public void A_deleted_row_is_given_once_and_never_under_a_key_that_is_in_the_table(string name)
    {
        using var sample = new SampleFile(name);
        HashSet<object?> live = [.. Read(sample, TableRowSelection.Live, out _).Select(r => r.Key!["id"])];

        List<TableRow> deleted = Read(sample, TableRowSelection.Deleted, out List<RecoveryException> errors);

        Assert.Empty(errors);
        Assert.Equal(deleted.Count, deleted.Select(r => r.Key!["id"]).Distinct().Count());
        Assert.All(deleted, row => Assert.DoesNotContain(row.Key!["id"], live));
        Assert.All(deleted, row => Assert.NotEqual(TableRowState.Live, row.State));
    }

    [Theory, MemberData(nameof(Tables))]
    public void A_damaged_page_is_one_error_and_the_rest_comes(string name)
    {
        using var sample = new SampleFile(name);
        List<TableRow> whole = Read(sample, TableRowSelection.Live, out _);
        long page = long.Parse(whole[0].Source.Split("page ")[1].Split(',')[0], CultureInfo.InvariantCulture);
        int length = PageLength(sample);
        sample.Damage((page * length) + 4000);

        List<TableRow> rest = Read(sample, TableRowSelection.Live, out List<RecoveryException> errors);

        RecoveryException error = Assert.Single(errors);
        Assert.Equal(("IbdPageDamaged", page * length), (error.ErrorId, error.Offset));
        Assert.Equal(whole.Where(r => !r.Source.Contains($"page {page},")).Select(r => r.ToString()), rest.Select(r => r.ToString()));
    }

    [Theory, MemberData(nameof(Tables))]
    public void Pages_that_were_tampered_with_give_rows_or_errors_and_never_a_crash(string name)
    {
        using var sample = new SampleFile(name);
        byte[] original = File.ReadAllBytes(sample.Source);
        int length = PageLength(sample);
        var random = new Random(19);
        for (int round = 0; round < 60; round++)
        {
            byte[] changed = [.. original];
            for (int i = 0; i < 1 + (round % 30); i++)
                changed[length + random.Next(changed.Length - length)] = (byte)random.Next(256);
            Reseal(changed, sample.Source);

            Read(sample, TableRowSelection.All, out List<RecoveryException> errors);

            Assert.All(errors, error => Assert.Contains(sample.Source, error.Message));
        }
    }

    [Theory, MemberData(nameof(Tables))]
    public void A_file_without_its_first_page_root_or_description_gives_its_rows_with_the_help_of_another(string name)
    {
        using var sample = new SampleFile(name);
        string[] whole = [.. Read(sample, TableRowSelection.Live, out _).Select(Text)];
        byte[] original = File.ReadAllBytes(sample.Source);
        (int length, uint root, uint? sdi) = Places(sample);
        var lost = new List<uint[]> { new uint[] { 0 }, new[] { root }, new[] { 0u, root } };
        if (sdi is { } description)
            lost.AddRange([[description], [0, description, root]]);
        foreach (uint[] pages in lost)
        {
            byte[] holed = [.. original];
            foreach (uint page in pages)
                holed.AsSpan((int)page * length, length).Clear();
            File.WriteAllBytes(sample.Source, holed);

            string[] rest = [.. Read(sample, TableRowSelection.Live, out _, sample.Reference).Select(Text)];

            Assert.Equal(whole, rest);
        }

        static string Text(TableRow row) =>
            string.Join(", ", row.Value.Values.Cast<object?>().Select(v => v is byte[] b ? Convert.ToHexString(b) : $"{v}"));
    }

    [Theory]
    [InlineData("COLUMN_FORMAT COMPRESSED")]
    [InlineData("/*!50633 COLUMN_FORMAT COMPRESSED WITH COMPRESSION_DICTIONARY `words` */")]
    public void A_column_that_Percona_Server_compressed_is_refused_by_name(string attribute)
    {
        using var sample = new SampleFile("mysql-5.6-main_com");
        string columns = SampleFile.Columns.Replace("lob longblob", $"lob longblob {attribute}");

        var refusal = Assert.Throws<RecoveryException>(() => TableFile.Open(sample.Source, new()
        {
            Schema = SchemaCatalog.Parse($"CREATE TABLE main_com ({columns}) DEFAULT CHARSET=utf8mb4"),
        }));

        Assert.Equal("IbdTableUnreadable", refusal.ErrorId);
        Assert.Contains("lob is COLUMN_FORMAT COMPRESSED", refusal.Message);
    }

    private static (int Length, uint Root, uint? Sdi) Places(SampleFile sample)
    {
        using TablespaceFile file = TablespaceFile.Open(sample.Source);
        return (file.PageLength, BTreeRoot.FindAll(file).First(r => !r.IsSdi).Page, SdiReader.RootPage(file));
    }

    private static int PageLength(SampleFile sample)
    {
        using TablespaceFile file = TablespaceFile.Open(sample.Source);
        return file.PageLength;
    }

    // So that the changes get past the checksums.
    private static void Reseal(byte[] file, string path)
    {
        File.WriteAllBytes(path, file);
        using TablespaceFile tablespace = TablespaceFile.Open(path);
        PageChecksumAlgorithm algorithm = PageChecksum.Identify(tablespace.Page0, tablespace.Flags);
        for (int at = tablespace.PageLength; at + tablespace.PageLength <= file.Length; at += tablespace.PageLength)
        {
            Span<byte> page = file.AsSpan(at, tablespace.PageLength);
            if (!FilPage.IsEmpty(page))
                PageChecksum.Seal(page, tablespace.Flags, algorithm);
        }

        File.WriteAllBytes(path, file);
    }

    private static List<TableRow> Read(
        SampleFile sample, TableRowSelection selection, out List<RecoveryException> errors, string? sdiPath = null)
    {
        var rows = new List<TableRow>();
        var found = new List<RecoveryException>();
        errors = found;
        string table = sample.Table[(sample.Table.LastIndexOf('-') + 1)..];
        try
        {
            using TableFile file = TableFile.Open(
                sample.Source,
                new()
                {
                    Schema = SchemaCatalog.Parse($"CREATE TABLE {table} ({SampleFile.Columns}) DEFAULT CHARSET=utf8mb4"),
                    SdiPath = sdiPath,
                });
            new TableRowReader(file, found.Add, CancellationToken.None).ReadObjects(selection, columns: null, _ => true, rows.Add);
        }
        catch (RecoveryException e)
        {
            found.Add(e);
        }

        return rows;
    }
}
