using System.Globalization;
using System.IO.Compression;
using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

/// <summary>Files that earlier versions of MySQL 8.0 wrote, of MySQL's own test data, brought to the current one.</summary>
public sealed class OldFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("old").FullName;

    [Theory]
    [InlineData("t1-8.0.24-instant", "c1 CHAR(10), c2 CHAR(10), c3 CHAR(10) DEFAULT 'c3_def', c4 CHAR(10) DEFAULT 'c4_def'", "COMPACT")]
    [InlineData("t1-8.0.28-then-9.7-instant", "c1 CHAR(10), c2 CHAR(10), c3 CHAR(10), c9 INT DEFAULT 9", "DYNAMIC")]
    public void A_cfg_of_ours_imports_what_the_servers_own_imports(string sample, string columns, string format)
    {
        using MySqlServer target = MySqlServer.Start(ServerFlavour.MySql);
        string source = Expand(sample, "t1.ibd");
        IbdRepairResult result = Apply(new RepairRequest { Path = source, WritesCfg = true });
        Assert.True(result.IsConsistent, string.Join("; ", result.Problem));

        IReadOnlyList<string[]> own = Import(source, Path.Combine(AppContext.BaseDirectory, "Data", "ibd", sample + ".cfg"));
        IReadOnlyList<string[]> ours = Import(result.Destination, Path.ChangeExtension(result.Destination, ".cfg"));

        Assert.NotEmpty(own);
        Assert.Equal(own, ours);

        IReadOnlyList<string[]> Import(string ibd, string cfg)
        {
            target.Sql($"""
                DROP DATABASE IF EXISTS test; CREATE DATABASE test;
                CREATE TABLE test.t1 ({columns}) DEFAULT CHARSET=utf8mb4 ROW_FORMAT={format}; ALTER TABLE test.t1 DISCARD TABLESPACE
                """);
            target.PlaceFile(ibd, "test/t1.ibd");
            target.PlaceFile(cfg, "test/t1.cfg");
            target.Sql("ALTER TABLE test.t1 IMPORT TABLESPACE");
            Assert.Equal("OK", target.Query("CHECK TABLE test.t1 EXTENDED")[^1][^1]);
            return target.Query("SELECT * FROM test.t1");
        }
    }

    [Fact]
    public void A_display_width_is_no_difference()
    {
        using MySqlServer target = MySqlServer.Start(ServerFlavour.MySql);
        target.Sql("CREATE DATABASE test; CREATE TABLE test.tab2 (c1 INT, c2 VARCHAR(10), KEY ix2 (c2)) DEFAULT CHARSET=utf8mb4");
        target.Stop();

        IbdRepairResult result = Apply(new RepairRequest
        {
            Path = Expand("tab2-8.0.17", "tab2.ibd"),
            ReferencePath = Path.Combine(target.DataPath, "test", "tab2.ibd"),
        });

        target.PlaceFile(result.Destination, "test/tab2.ibd");
        target.Start();
        Assert.Equal("OK", target.Query("CHECK TABLE test.tab2 EXTENDED")[^1][^1]);
        IReadOnlyList<string[]> rows = target.Query("SELECT * FROM test.tab2 ORDER BY c1, c2");
        Assert.NotEmpty(rows);
        Assert.Equal(rows, target.Query("SELECT * FROM test.tab2 FORCE INDEX (ix2) WHERE c2 >= '' OR c2 IS NULL ORDER BY c1, c2"));
    }

    [Fact]
    public void A_partition_of_8_0_13_takes_the_name_that_the_target_has_for_it()
    {
        using MySqlServer target = MySqlServer.Start(ServerFlavour.MySql);
        target.Sql("""
            CREATE DATABASE test; CREATE TABLE test.t1 (f1 INT) DEFAULT CHARSET=utf8mb4
            PARTITION BY RANGE (f1) (PARTITION PART_one VALUES LESS THAN (10), PARTITION PART_two VALUES LESS THAN (20))
            """);
        target.Stop();
        string source = Expand("t1#P#PART_one-8.0.13", "t1#P#PART_one.ibd"),
            reference = Path.Combine(target.DataPath, "test", "t1#p#part_one.ibd");

        IbdRepairResult result = Apply(new RepairRequest { Path = source, ReferencePath = reference });

        Assert.Equal("t1#p#part_one.ibd", Path.GetFileName(result.Destination));
        target.PlaceFile(result.Destination, "test/t1#p#part_one.ibd");
        target.Start();
        Assert.Equal("OK", target.Query("CHECK TABLE test.t1 EXTENDED")[^1][^1]);
        Assert.All(target.Query("SELECT f1 FROM test.t1 PARTITION (PART_one)"),
            row => Assert.True(int.Parse(row[0], CultureInfo.InvariantCulture) < 10));
    }

    [Fact]
    public void A_page_compressed_file_is_called_that()
    {
        string source = Expand("t1-8.0.23-page-compressed", "t1.ibd");

        (IbdTablespace tablespace, _, RecoveryException? error) = TablespaceScanner.Scan(source, verify: true, CancellationToken.None);

        Assert.Equal((true, "TablespacePageCompressed"), (tablespace.IsPageCompressed, error?.ErrorId));
        Assert.Equal("TablespacePageCompressed", Assert.Throws<RecoveryException>(
            () => RepairPlanner.Plan(new RepairRequest { Path = source, SpaceId = 9 }, CancellationToken.None)).ErrorId);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private IbdRepairResult Apply(RepairRequest request)
    {
        var places = new OutputPlaces([request.Path], Path.Combine(_folder, "out"), null, null, overwrite: false);
        return RepairApplication.Apply(
            RepairPlanner.Plan(request, CancellationToken.None), places.For(request.Path, request.ReferencePath), CancellationToken.None);
    }

    private string Expand(string sample, string name)
    {
        string path = Path.Combine(_folder, name);
        using var gzip = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Data", "ibd", sample + ".ibd.gz")),
            CompressionMode.Decompress);
        using FileStream file = File.Create(path);
        gzip.CopyTo(file);
        return path;
    }
}
