using System.Text;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using Xunit;

namespace MySqlRecovery.Core.Tests.Output.Sql;

/// <summary>Rows whose statements go to the file in pieces.</summary>
public sealed class LargeRowSqlTests : IDisposable
{
    private const byte Blob = 252, DefaultCharset = 2, ColumnName = 4, Utf8Mb4 = 45, BinarySet = 63;
    private const int Large = 1_300_001;
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Utf8Mb4, "x", false)]
    [InlineData(Utf8Mb4, "it's it", false)]
    [InlineData(Utf8Mb4, "it's it", true)]
    [InlineData(Utf8Mb4, "a\\b", false)]
    [InlineData(BinarySet, "it's", false)]
    [InlineData(BinarySet, "it's", true)]
    public void They_have_the_text_that_they_would_have_as_a_whole(byte collation, string pattern, bool reverse)
    {
        byte[] large = Value(pattern, Large);
        string log = Log(collation)
            .AddBegin().AddInsert(Value("a", 3), large, Value("b", 3)).AddCommit()
            .AddBegin().Add(BinlogEventType.UpdateRowsV1, [1, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 0, .. large, 0, .. Value("c'", 1_200_000)])
            .Add(BinlogEventType.DeleteRowsV1, [1, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0, .. large, 0, .. Value("d", 3)]).AddCommit()
            .WriteTo(_folder);
        string path = Path.Combine(_folder, "script.sql");
        using ChangeIndex index = Index(log, reverse);
        using var whole = new SqlText();
        using (var export = new RowSqlExport(index, where: null, new SqlForm { Reverse = reverse }, whole, CancellationToken.None))
        {
            while (export.WritePart(CancellationToken.None))
                continue;
        }

        SqlExport result = RowSqlExport.WriteFile(
            index, where: null, new SqlForm { Reverse = reverse }, path, overwrite: false, CancellationToken.None);

        Assert.Equal((6L, 6L, true), (result.RowCount, result.StatementCount, result.IsComplete));
        string[] expected = StatementsOf(Encoding.UTF8.GetString(whole.Written));
        Assert.Equal(expected, StatementsOf(File.ReadAllText(path)));
        if (!reverse)
            Assert.Equal(expected, StatementsOf(Streamed(log, new SqlForm())));
    }

    [Fact]
    public void One_in_a_batch_comes_between_the_rows_before_and_after()
    {
        string log = Log(BinarySet).AddBegin().AddInsert(Value("a", 3), Value("b", Large), Value("c", 3)).AddCommit().WriteTo(_folder);

        string[] statements = StatementsOf(Streamed(log, new SqlForm { BatchSize = 10 }));

        Assert.Equal(["616161", "6262", "636363"], statements.Where(s => s.StartsWith("INSERT", StringComparison.Ordinal))
            .Select(s => s[(s.IndexOf("X'", StringComparison.Ordinal) + 2)..].TrimEnd('\'', ')', ';'))
            .Select(s => s.Length > 6 ? s[..4] : s));
    }

    [Fact]
    public void They_are_not_in_memory_a_second_time()
    {
        string log = Log(BinarySet).AddBegin().AddInsert(Value("b", Large * 30)).AddCommit().WriteTo(_folder);
        using ChangeIndex index = Index(log, reverse: false);
        long before = GC.GetAllocatedBytesForCurrentThread();

        string path = Path.Combine(_folder, "script.sql");
        RowSqlExport.WriteFile(index, where: null, new SqlForm(), path, overwrite: false, CancellationToken.None);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5 * Large);
        Assert.InRange(new FileInfo(path).Length, Large * 60L, Large * 60L + 1000);
    }

    private static SmallLog Log(byte collation) => new SmallLog().Add(
        BinlogEventType.TableMap,
        [1, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 1, Blob, 1, 4, 1,
            ColumnName, 2, 1, (byte)'c', DefaultCharset, 1, collation]);

    private static ChangeIndex Index(string log, bool reverse)
    {
        using var scan = new EventScan([LogRange.Whole(log)], EventFilter.All, CancellationToken.None);
        return ChangeIndexBuilder.Build(scan, reverse);
    }

    private string Streamed(string log, SqlForm form)
    {
        string path = Path.Combine(_folder, "streamed.sql");
        using var scan = new EventScan([LogRange.Whole(log)], EventFilter.All, CancellationToken.None);
        using var output = new SqlFileOutput(path, overwrite: false, [log]);
        using var stream = new RowSqlStream(EventFilter.All, form, output);
        while (scan.Read())
            stream.Add(new EventView(scan));
        stream.Complete();
        return File.ReadAllText(path);
    }

    // foreign_key_checks may be set before or after a BEGIN.
    private static string[] StatementsOf(string script) => [.. script.Split('\n')
        .Where(l => !l.StartsWith("--", StringComparison.Ordinal) && !l.StartsWith("SET", StringComparison.Ordinal))];

    private static byte[] Value(string pattern, int length)
    {
        byte[] bytes = [.. BitConverter.GetBytes(length), .. new byte[length]];
        for (int i = 0; i < length; i++)
            bytes[4 + i] = (byte)pattern[i % pattern.Length];
        return bytes;
    }
}
