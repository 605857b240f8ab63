using System.Text;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using Xunit;

namespace MySqlRecovery.Core.Tests.Output.Sql;

public sealed class ParallelSqlTests : IDisposable
{
    private const byte VarChar = 15, ColumnName = 4;
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_parts_that_several_threads_make_come_in_the_order_of_the_script(bool reverse)
    {
        // Short transactions before and after one that is longer than a part.
        SmallLog log = new SmallLog()
            .Add(BinlogEventType.TableMap,
                [1, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 1, VarChar, 2, 0xD0, 7, 1, ColumnName, 2, 1, (byte)'c']);
        for (int i = 0; i < 6000; i++)
        {
            log.AddInsert(Text(i, 'a'), Text(i, 'b'));
            if (i is < 1000 or > 5000)
                log.Add(BinlogEventType.Xid, new byte[8]);
        }

        string path = Path.Combine(_folder, "script.sql");
        using var scan = new EventScan([LogRange.Whole(log.WriteTo(_folder))], MySqlRecovery.Binlog.Filter.EventFilter.All,
            CancellationToken.None);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse);
        var form = new SqlForm { Reverse = reverse };
        using var whole = new SqlText();
        using (var export = new RowSqlExport(index, where: null, form, whole, CancellationToken.None))
        {
            while (export.WritePart(CancellationToken.None))
                continue;
        }

        SqlExport result = RowSqlExport.WriteFile(index, where: null, form, path, overwrite: false, CancellationToken.None);

        Assert.Equal((12_000L, 12_000L, true), (result.RowCount, result.StatementCount, result.IsComplete));
        Assert.Equal(Encoding.UTF8.GetString(whole.Written), File.ReadAllText(path));
    }

    private static byte[] Text(int number, char last)
    {
        byte[] text = Encoding.ASCII.GetBytes($"{number:D6} {new string('x', 300)}{last}");
        return [(byte)text.Length, (byte)(text.Length >> 8), .. text];
    }
}
