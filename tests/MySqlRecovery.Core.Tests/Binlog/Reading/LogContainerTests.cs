using System.IO.Compression;
using System.Text;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Reading;

public sealed class LogContainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("BINLOG '\nAAAA\n'")]
    [InlineData("/*!50530 SET @@SESSION.PSEUDO_SLAVE_MODE=1*/")]
    [InlineData("/*!40019 SET @@session.max_delayed_threads=0*/")]
    public void A_log_that_quotes_a_text_dump_is_a_log(string statement)
    {
        SmallLog log = new SmallLog().AddStatement(statement).AddStatement("CREATE TABLE t (a INT)");
        Assert.Equal(
            [BinlogEventType.FormatDescription, BinlogEventType.Query, BinlogEventType.Query], Types(log.WriteTo(_folder)));
    }

    [Fact]
    public void A_compressed_text_dump_is_a_text_dump()
    {
        string events = Convert.ToBase64String(new SmallLog().Bytes.AsSpan(4));
        string path = Path.Combine(_folder, "dump.sql.gz");
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes($"DELIMITER /*!*/;\nBINLOG '\n{events}\n'/*!*/;\nCREATE TABLE t (a INT)\n/*!*/;\n"));
        Assert.Equal([BinlogEventType.FormatDescription, BinlogEventType.Query], Types(path));
    }

    private static List<BinlogEventType> Types(string path)
    {
        using var scan = new EventScan([LogRange.Whole(path)], EventFilter.All, TestContext.Current.CancellationToken);
        var types = new List<BinlogEventType>();
        while (scan.Read())
            types.Add(scan.Reader.Header.Type);
        return types;
    }
}
