using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Reading;

public sealed class LogFileOrderTests : IDisposable
{
    private const int FirstEvent = 4, ServerIdOffset = 5, FlagsOffset = 17;
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Each file is named with the time at which it was begun.</summary>
    [Theory]
    [InlineData("binlog.000002@20 binlog.000001@10 binlog.000010@30", "binlog.000001 binlog.000002 binlog.000010")]
    [InlineData("binlog.000002@10 binlog.000001@20", "binlog.000001 binlog.000002")]
    [InlineData("new-bin.000001@30 old-bin.000008@10 old-bin.000009@20", "old-bin.000008 old-bin.000009 new-bin.000001")]
    [InlineData("b/binlog.000003@30 a/binlog.000002@20 b/binlog.000004@40 a/binlog.000001@10",
        "a/binlog.000001 a/binlog.000002 b/binlog.000003 b/binlog.000004")]
    [InlineData("b/binlog.000001@10 a/binlog.000002@10", "b/binlog.000001 a/binlog.000002")]
    [InlineData("last@30 first@10 then@20", "first then last")]
    public void Logs_are_in_the_order_in_which_they_were_begun(string given, string sorted)
    {
        byte thread = 0;
        List<string> files = [];
        foreach (string file in given.Split(' '))
        {
            string[] parts = file.Split('@');
            files.Add(Write(parts[0],
                Log(uint.Parse(parts[1], CultureInfo.InvariantCulture), statement: $"CREATE TABLE t{thread++} (a INT)")));
        }

        Assert.Equal(sorted, Sort(files));
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("a/binlog.000001", "b/binlog.000001", "a/binlog.000001")]
    [InlineData("a/binlog.000001", "a/binlog.000001.gz", "a/binlog.000001")]
    [InlineData("a/binlog.000001.gz", "a/copy", "a/binlog.000001.gz")]
    public void What_is_there_twice_is_read_once(string one, string other, string read)
    {
        Assert.Equal(read, Sort([Write(one, Log(10)), Write(other, Log(10))]));
        Assert.Single(_warnings);
    }

    [Fact]
    public void A_copy_of_a_log_that_was_still_written_has_less_of_it_and_is_marked_as_in_use()
    {
        byte[] copy = Log(10);
        copy[FirstEvent + FlagsOffset] |= 1;
        byte[] whole = [.. Log(10), .. new SmallLog().AddStatement("DROP TABLE t").Bytes.AsSpan(new SmallLog().Bytes.Length)];
        Assert.Equal("b/binlog.000001", Sort([Write("a/binlog.000001", copy), Write("b/binlog.000001", whole)]));
    }

    [Fact]
    public void Logs_that_were_begun_in_one_second_are_two_logs()
    {
        string[] files = [Write("binlog.000001", new SmallLog().Bytes), Write("binlog.000002", new SmallLog().Bytes)];
        Assert.Equal("binlog.000001 binlog.000002", Sort(files));
        Assert.Equal("a/binlog.000001 b/binlog.000001",
            Sort([Write("a/binlog.000001", Log(1, statement: "A")), Write("b/binlog.000001", Log(1, statement: "B"))]));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void What_is_no_log_is_left_to_its_reader()
    {
        string[] files = [Write("b", [1, 2, 3]), Write("a", Log(10)), Path.Combine(_folder, "missing"), "-", Write("c.gz", [0x1F, 0x8B])];
        File.WriteAllBytes(files[^1], [0x1F, 0x8B, 0, 0]);
        Assert.Equal("b a missing - c.gz", Sort(files));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Changes_of_two_servers_are_not_one_complete_undo(byte serverId, bool isComplete)
    {
        string[] files = [Write("a/binlog.000001", Inserting(10, 1, 7)), Write("b/binlog.000001", Inserting(20, serverId, 8))];
        using var scan = new EventScan(LogRange.Of(files, null, null), EventFilter.All, TestContext.Current.CancellationToken);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true);
        Assert.Equal(2, index.RowCount);
        Assert.Equal(isComplete, index.Reasons.Length == 0);
    }

    private string Sort(IEnumerable<string> files) => string.Join(
        ' ', new LogFileOrder(null, _warnings.Add, TestContext.Current.CancellationToken).Sort(files)
            .Select(f => f == "-" ? f : Path.GetRelativePath(_folder, f).Replace('\\', '/')));

    private static byte[] Log(uint time, byte serverId = 1, string statement = "CREATE TABLE t (a INT)") =>
        Begun(new SmallLog().AddStatement(statement).Bytes, time, serverId);

    private static byte[] Inserting(uint time, byte serverId, int value) => Begun(
        new SmallLog().AddBegin().AddInts(1, "t", ["a"], key: 0).AddRows(BinlogEventType.WriteRowsV1, 1, [value]).AddCommit().Bytes, time,
        serverId);

    private static byte[] Begun(byte[] log, uint time, byte serverId)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(log.AsSpan(FirstEvent), time);
        log[FirstEvent + ServerIdOffset] = serverId;
        return log;
    }

    private string Write(string name, byte[] log)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using Stream file = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.Create(path), CompressionLevel.Fastest)
            : File.Create(path);
        file.Write(log);
        return path;
    }
}
