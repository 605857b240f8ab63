using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Catalog;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Catalog;

/// <summary>A catalog that is not of its log, or not what it was, changes nothing but that a warning says so.</summary>
public sealed class CatalogFitTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;
    private readonly List<string> _warnings = [];

    private string Log => Path.Combine(_folder, "binlog.000001");

    private string CatalogPath => Log + ".catalog";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_event_that_cannot_be_read_ends_the_making_with_an_error_that_names_it()
    {
        var log = new SmallLog();
        log.AddBegin(3);
        log.Add(BinlogEventType.TableMap, [
            1, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 1, (byte)ColumnType.Long, 0, 0, 1, 1, 0]);
        // Says that 253 bytes come before its columns.
        log.Add(BinlogEventType.WriteRows, [1, 0, 0, 0, 0, 0, 1, 0, 255, 0, 1, 1, 0, 7, 0, 0, 0]);
        log.AddCommit();
        File.WriteAllBytes(Log, log.Bytes);

        RecoveryException error = Assert.Throws<RecoveryException>(() => Update(Log, null, force: true));

        Assert.Contains(Log, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(CatalogPath));
    }

    [Fact]
    public void A_flipped_bit_anywhere_in_a_catalog_is_noticed_and_changes_no_answer()
    {
        Make(seed: 3);
        byte[] catalog = File.ReadAllBytes(CatalogPath);
        List<string> expected = Answers(null);
        var random = new Random(1);
        for (int i = 0; i < 80; i++)
        {
            var damaged = (byte[])catalog.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(CatalogPath, damaged);
            Assert.Equal(expected, Answers(new LogCatalogs(null, _warnings.Add)));
            Assert.True(Update(Log, null, force: false).IsNew);
        }

        // A page of keys that nobody asks for goes unseen.
        Assert.NotEmpty(_warnings);
    }

    [Fact]
    public void A_catalog_of_any_length_is_noticed()
    {
        Make(seed: 3);
        byte[] catalog = File.ReadAllBytes(CatalogPath);
        List<string> expected = Answers(null);
        for (int length = 0; length < catalog.Length; length += 97)
        {
            File.WriteAllBytes(CatalogPath, catalog[..length]);
            _warnings.Clear();
            Assert.Equal(expected, Answers(new LogCatalogs(null, _warnings.Add)));
            Assert.Single(_warnings);
        }
    }

    [Fact]
    public void The_catalog_of_another_log_is_left_alone()
    {
        Make(seed: 3);
        byte[] catalog = File.ReadAllBytes(CatalogPath);
        Make(seed: 4);
        File.WriteAllBytes(CatalogPath, catalog);
        Check("does not fit");
    }

    [Fact]
    public void A_log_that_was_overwritten_with_one_of_the_same_length_is_read()
    {
        Make(seed: 3);
        byte[] bytes = File.ReadAllBytes(Log);
        // The value of a row, somewhere in the middle: neither beginning nor end are other ones.
        int at = bytes.AsSpan(bytes.Length / 2).IndexOf("Name"u8) + bytes.Length / 2;
        bytes[at] = (byte)'M';
        File.WriteAllBytes(Log, bytes);
        File.SetLastWriteTimeUtc(Log, DateTime.UtcNow.AddMinutes(1));
        Check("the log was written again since");
    }

    [Fact]
    public void A_log_that_has_grown_is_read_on_from_where_its_catalog_ends()
    {
        byte[] whole = new RandomLog(5, 120, hasStatements: false).Bytes;
        File.WriteAllBytes(Log, new RandomLog(5, 80, hasStatements: false).Bytes[..^32]);
        MakeCatalog();
        File.WriteAllBytes(Log, whole);
        File.SetLastWriteTimeUtc(Log, DateTime.UtcNow.AddMinutes(1));
        var catalogs = new LogCatalogs(null, Assert.Fail);
        Assert.Equal(Answers(null), Answers(catalogs));
        Assert.NotEmpty(catalogs.TakePassed());
        Assert.True(Update(Log, null, force: false).IsNew);
    }

    [Fact]
    public void A_longer_log_in_the_place_of_another_is_no_grown_one()
    {
        File.WriteAllBytes(Log, new RandomLog(5, 80, hasStatements: false).Bytes[..^32]);
        MakeCatalog();
        File.WriteAllBytes(Log, new RandomLog(6, 120, hasStatements: false).Bytes);
        Check("the log is not what it was");
    }

    [Fact]
    public void A_catalog_that_fits_is_not_made_again()
    {
        Make(seed: 3);
        DateTime written = File.GetLastWriteTimeUtc(CatalogPath);
        Assert.False(Update(Log, null, force: false).IsNew);
        Assert.Equal(written, File.GetLastWriteTimeUtc(CatalogPath));
        Assert.True(Update(Log, null, force: true).IsNew);
    }

    [Fact]
    public void Logs_of_one_name_have_a_catalog_each_in_a_folder()
    {
        Make(seed: 3);
        string folder = Path.Combine(_folder, "catalogs"), other = Path.Combine(_folder, "other", "binlog.000001");
        Directory.CreateDirectory(Path.GetDirectoryName(other)!);
        byte[] bytes = File.ReadAllBytes(Log);
        bytes[4] ^= 1; // begun a second earlier or later
        File.WriteAllBytes(other, bytes);
        BinlogCatalog[] made = [.. new[] { Log, other }.Select(l => Update(l, folder, force: false))];
        Assert.NotEqual(made[0].Path, made[1].Path);
        Assert.All(made, m => Assert.Equal(folder, Path.GetDirectoryName(m.Path)));
        var catalogs = new LogCatalogs(folder, Assert.Fail);
        Assert.Equal(Answers(null), Answers(catalogs));
        Assert.NotEmpty(catalogs.TakePassed());
    }

    [Fact]
    public void A_table_without_known_keys_is_named_with_the_cause()
    {
        Make(seed: 3);
        BinlogCatalog catalog = Update(Log, null, force: true);
        Assert.Equal(["d.plain: it has no primary key"], catalog.Reason);
        Assert.Equal(["d.names", "d.orders", "d.pairs", "d.plain"], catalog.Table);
    }

    [Fact]
    public void A_compressed_log_has_no_catalog()
    {
        File.WriteAllBytes(Log, [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0]);
        Assert.Equal(
            "CatalogNotSupported", Assert.Throws<RecoveryException>(() => Update(Log, null, force: false)).ErrorId);
    }

    [Fact]
    public void An_encrypted_log_has_no_catalog_which_would_tell_what_is_in_it()
    {
        File.WriteAllBytes(Log, [0xFD, 0x62, 0x69, 0x6E, .. new byte[600]]);
        RecoveryException error = Assert.Throws<RecoveryException>(() => Update(Log, null, force: false));
        Assert.Equal("CatalogNotSupported", error.ErrorId);
        Assert.Contains("encrypted", error.Message, StringComparison.Ordinal);
    }

    private static BinlogCatalog Update(string log, string? folder, bool force) =>
        CatalogUpdate.Run(log, folder, force, TestContext.Current.CancellationToken);

    private void Make(int seed)
    {
        File.WriteAllBytes(Log, new RandomLog(seed, 120, hasStatements: false).Bytes);
        MakeCatalog();
    }

    private void MakeCatalog() =>
        new CatalogWriter(Log, default) { StretchLength = 1000, SmallestLength = 100_000 }.Write(null, out _);

    private void Check(string warning)
    {
        Assert.Equal(Answers(null), Answers(new LogCatalogs(null, _warnings.Add)));
        Assert.Contains(warning, Assert.Single(_warnings), StringComparison.Ordinal);
    }

    private List<string> Answers(LogCatalogs? catalogs)
    {
        var reading = new CatalogReading([Log], catalogs);
        var filter = new EventFilter { Tables = TableFilter.Only([new TableName("d", "orders")]) };
        return [.. reading.Events(filter), .. reading.History(new TableName("d", "names"), RandomLog.NameOf(7)), .. reading.Sums()];
    }
}
