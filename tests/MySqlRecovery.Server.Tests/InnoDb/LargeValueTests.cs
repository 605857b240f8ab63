using MySqlRecovery.InnoDb.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Rows;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

/// <summary>Rows that go to the file in pieces, and rows of which few make much text.</summary>
public sealed class LargeValueTests(MySqlFixture mySql) : IClassFixture<MySqlFixture>
{
    private const int Rows = 12;

    [Fact]
    public void They_are_written_as_they_would_be_as_a_whole()
    {
        MySqlServer server = mySql.Server;
        server.Sql($"""
            SET sql_log_bin = 0; SET sql_mode = ''; SET cte_max_recursion_depth = 100000; CREATE DATABASE large; USE large;
            CREATE TABLE t (id INT PRIMARY KEY, e ENUM('a','b'), txt LONGTEXT, b LONGBLOB, j JSON, last VARCHAR(9)) DEFAULT CHARSET=utf8mb4;
            INSERT INTO t
              SELECT n, IF(n % 3, 'a', ''),
                REPEAT(ELT(1 + n % 4, 'plain ', 'it''s "so", ', 'tab\tnew\nline\\', 'ü中 '), n * n * 1500),
                REPEAT(CHAR(n, 0, 255), n * n * 4000),
                IF(n % 5, NULL, JSON_OBJECT('k', REPEAT('"j', n * n * 2000))), CONCAT('end', n)
              FROM (WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {Rows}) SELECT n FROM s) x;
            FLUSH TABLES t FOR EXPORT;
            """);
        string path = Path.Combine(server.DataPath, "large", "t.ibd"), copy = Path.Combine(server.FilesPath, "t.ibd");
        string checksum = server.Query("CHECKSUM TABLE large.t EXTENDED")[0][1];
        server.Restart();
        File.Copy(path, copy);
        foreach (TableRowFormat format in (TableRowFormat[])[TableRowFormat.Csv, TableRowFormat.Tsv, TableRowFormat.JsonLines])
        {
            string written = Path.Combine(server.FilesPath, $"t.{format}");
            Write(copy, written, format);

            Assert.True(WholeText(copy, format).AsSpan().SequenceEqual(File.ReadAllBytes(written)), $"{format}");
        }

        string script = Path.Combine(server.FilesPath, "t.sql");
        Write(copy, script, TableRowFormat.Sql);
        server.Sql("SET sql_log_bin = 0; TRUNCATE TABLE large.t");
        server.RunFile(script, "large");
        Assert.Equal(checksum, server.Query("CHECKSUM TABLE large.t EXTENDED")[0][1]);
    }

    private static void Write(string ibd, string path, TableRowFormat format)
    {
        using TableFile source = TableFile.Open(ibd, null);
        using var target = new RowFile(path, format, overwrite: false, sources: [ibd]);
        new TableFileExport(source, target, format, columns: null, e => Assert.Fail(e.Message))
            .Write(TableRowSelection.Live, CancellationToken.None);
        Assert.Equal(Rows, target.Commit().RowCount);
    }

    // Row by row, with nothing handed on.
    private static byte[] WholeText(string ibd, TableRowFormat format)
    {
        using TableFile source = TableFile.Open(ibd, null);
        var shape = new RowShape("large", "t", [.. source.Table.Columns.Select(c => c.Definition.Name)]);
        using RowTextWriter writer = RowTextWriter.Create(format, shape);
        writer.WriteHead();
        var reader = new TableRowReader(source, e => Assert.Fail(e.Message), CancellationToken.None);
        reader.Read(TableRowSelection.Live, row =>
        {
            writer.BeginRow();
            for (int i = 0; i < row.Values.Length; i++)
            {
                if (row.Values[i].IsNull)
                    writer.AddNull(i);
                else
                    writer.Add(i, source.Table.Columns[i].Definition, row.Values[i].Of(row.Bytes));
            }

            writer.EndRow();
        });
        return writer.Text.Written.ToArray();
    }
}
