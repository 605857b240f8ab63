using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.InnoDb.Rows;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Rows;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

/// <summary>Files that were tampered with anywhere, with checksums that are right again, through everything that reads them.</summary>
public sealed class IbdFuzzTests
{
    private const int Rounds = 40;

    // A sample has at most a few MiB; what a page claims must not make more than this of it.
    private const long MostBytes = 512L << 20;

    [Theory, MemberData(nameof(SampleFile.Tables), MemberType = typeof(SampleFile))]
    public void Whatever_a_file_holds_its_readers_end_with_a_result_or_an_error_of_their_own(string name)
    {
        using var sample = new SampleFile(name);
        byte[] original = File.ReadAllBytes(sample.Source);
        string table = sample.Table[(sample.Table.LastIndexOf('-') + 1)..];
        var options = new TableFileOptions
        {
            Schema = SchemaCatalog.Parse($"CREATE TABLE {table} ({SampleFile.Columns}) DEFAULT CHARSET=utf8mb4"),
            SdiPath = sample.Reference,
        };
        var random = new Random(name.Length);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] broken = [.. original];
            // The first pages decide most.
            int reach = round % 2 == 0 ? Math.Min(broken.Length, 6 * 16384) : broken.Length;
            for (int i = 0; i <= round; i++)
                broken[random.Next(reach)] = (byte)random.Next(256);
            File.WriteAllBytes(sample.Source, broken.AsSpan(0, round % 7 == 6 ? random.Next(broken.Length) : broken.Length));
            Reseal(sample.Source);
            long before = GC.GetTotalAllocatedBytes();

            Try(() => Export(sample, options with { SdiPath = round % 3 == 0 ? null : options.SdiPath }));
            Try(() => TablespaceScanner.Scan(sample.Source, verify: round % 2 == 0, CancellationToken.None));
            Try(() => RepairPlanner.Plan(sample.Request, CancellationToken.None));

            long spent = GC.GetTotalAllocatedBytes() - before;
            Assert.True(spent < MostBytes, $"round {round} allocated {spent} bytes");
        }
    }

    private static void Export(SampleFile sample, TableFileOptions options)
    {
        using TableFile source = TableFile.Open(sample.Source, options);
        using var target = new RowFile(sample.Destination, TableRowFormat.Tsv, overwrite: true, [sample.Source]);
        new TableFileExport(source, target, TableRowFormat.Tsv, columns: null, _ => { }).Write(TableRowSelection.All,
            CancellationToken.None);
    }

    private static void Try(Action read)
    {
        try
        {
            read();
        }
        catch (RecoveryException)
        {
            // an error of its own
        }
    }

    private static void Reseal(string path)
    {
        try
        {
            byte[] file = File.ReadAllBytes(path);
            using TablespaceFile tablespace = TablespaceFile.Open(path);
            PageChecksumAlgorithm usual = tablespace.Flags.IsFullCrc32 ? PageChecksumAlgorithm.FullCrc32 : PageChecksumAlgorithm.Crc32;
            for (int at = 0; at + tablespace.PageLength <= file.Length; at += tablespace.PageLength)
            {
                Span<byte> page = file.AsSpan(at, tablespace.PageLength);
                if (!FilPage.IsEmpty(page) && PageChecksum.Identify(page, tablespace.Flags) == PageChecksumAlgorithm.Unknown)
                    PageChecksum.Seal(page, tablespace.Flags, usual);
            }

            File.WriteAllBytes(path, file);
        }
        catch (Exception e) when (e is RecoveryException or ArgumentException)
        {
            // without flags, or with a page that claims to be of no length: it stays as it is
        }
    }
}
