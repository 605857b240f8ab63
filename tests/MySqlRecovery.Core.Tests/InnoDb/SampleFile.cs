using System.IO.Compression;
using System.Reflection;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

/// <summary>A folder of its own for a test, with sample files expanded into it.</summary>
public sealed class SampleFile : IDisposable
{
    public const string Columns = """
        id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, k int NOT NULL, v varchar(120), c char(20), d datetime,
        e decimal(14,4), l1 char(9) character set latin1, en enum('x','y','z'), ts timestamp NULL, lob longblob,
        txt mediumtext, KEY k(k), UNIQUE KEY v(v), KEY c(c(5),e)
        """;

    public SampleFile(string table)
    {
        Folder = Directory.CreateTempSubdirectory("ibd").FullName;
        Table = table;
        Source = Expand("src", "rep");
        Reference = Expand("ref", "fresh");
    }

    /// <summary>Every sample: server and table.</summary>
    public static TheoryData<string> Tables { get; } =
    [
        "mysql-9.7-main_dyn", "mysql-9.7-main_red", "mysql-9.7-main_z8", "mysql-5.6-main_com", "mariadb-10.11-main_dyn",
    ];

    public string Folder { get; }

    public string Table { get; }

    public string Source { get; }

    public string Reference { get; }

    public string Destination => Path.Combine(Folder, "out.ibd");

    internal RepairRequest Request => new()
    {
        Path = Source,
        ReferencePath = Reference,
        SchemaLayouts = Table.StartsWith("mysql-9.7", StringComparison.Ordinal) ? []
            : Layouts($"CREATE TABLE main ({Columns}) DEFAULT CHARSET=utf8mb4"),
    };

    internal static List<RecordLayout> Layouts(string createTable) =>
        SchemaRecordLayout.Candidates(SchemaCatalog.Parse(createTable).Tables.Single());

    /// <summary>Changes one byte of the source.</summary>
    public void Damage(long offset)
    {
        using FileStream file = File.Open(Source, FileMode.Open);
        file.Position = offset;
        int value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 1));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private string Expand(string kind, string folder)
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(Folder, folder)).FullName,
            Table[(Table.LastIndexOf('-') + 1)..] + ".ibd");
        using Stream packed = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Table}-{kind}.ibd")!;
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using FileStream file = File.Create(path);
        gzip.CopyTo(file);
        return path;
    }
}
