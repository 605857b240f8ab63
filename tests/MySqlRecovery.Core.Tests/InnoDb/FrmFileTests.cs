using System.IO.Compression;
using System.Reflection;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

/// <summary>Definitions in files of real servers. That rows read by them are the server's is shown against real servers.</summary>
public sealed class FrmFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("frm").FullName;

    [Theory]
    [InlineData("frm-57-w", "b varchar(40) NOT NULL latin1, a int NOT NULL, n varchar(300) latin1, bt bit(10), t time",
        "PRIMARY Primary (b, a), n Index (n(20))")]
    [InlineData("frm-10-compressed",
        "id int NOT NULL, v varchar(254) latin1 COMPRESSED, b varbinary(255) COMPRESSED, t mediumtext latin1 COMPRESSED",
        "PRIMARY Primary (id)")]
    [InlineData("frm-11-virtual",
        "a int, v3 int VIRTUAL, v1 int VIRTUAL, b varchar(20) utf8mb4, v2 varchar(30) utf8mb4 VIRTUAL, c int, s int STORED",
        "v2 Unique (v2, a), v1 Index (v1), s Index (s)")]
    public void Columns_and_keys_are_those_of_the_statement(string name, string columns, string keys)
    {
        File.WriteAllBytes(Path.Combine(_folder, "t.frm"), Sample(name));

        TableSchema table = FrmFile.Beside(Path.Combine(_folder, "t#P#p0.ibd"))!;

        Assert.Equal("t", table.Name);
        Assert.Equal(columns, string.Join(", ", table.Columns.Select(Text)));
        Assert.Equal(keys, string.Join(", ", table.Keys.Select(k => $"{k.Name} {k.Kind} ({string.Join(", ", k.Parts.Select(Part))})")));
        Assert.All(table.Columns.Where(c => c.DataType == "time"), c => Assert.Equal(false, c.IsOldTemporal));
    }

    [Theory]
    [InlineData("frm-57-w")]
    [InlineData("frm-10-compressed")]
    [InlineData("frm-11-virtual")]
    public void A_damaged_definition_is_a_table_or_one_error(string name)
    {
        byte[] whole = Sample(name);
        string path = Path.Combine(_folder, "t.frm");
        var random = new Random(23);
        for (int round = 0; round < 300; round++)
        {
            byte[] broken = [.. whole];
            for (int i = 0; i <= round % 20; i++)
                broken[random.Next(round % 2 == 0 ? 64 : broken.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, broken.AsSpan(0, round % 5 == 0 ? random.Next(broken.Length) : broken.Length));
            try
            {
                FrmFile.Beside(Path.ChangeExtension(path, ".ibd"));
            }
            catch (RecoveryException e)
            {
                Assert.Equal("FrmUnreadable", e.ErrorId);
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Sample(string name)
    {
        using Stream packed = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{name}.frm")!;
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string Part(KeyPart part) => part.PrefixLength == null ? part.Column! : $"{part.Column}({part.PrefixLength})";

    private static string Text(ColumnSchema c) =>
        $"{c.Name} {c.DataType}{(c.Length == null ? "" : $"({c.Length})")}{(c.IsNullable ? "" : " NOT NULL")}"
        + $"{(c.CharacterSet == null ? "" : $" {c.CharacterSet}")}{(c.IsCompressed ? " COMPRESSED" : "")}"
        + (c.IsGenerated ? c.IsStored ? " STORED" : " VIRTUAL" : "");
}
