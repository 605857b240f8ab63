using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using Xunit;

namespace MySqlRecovery.Core.Tests.Output.Sql;

/// <summary>Changes written forward, as they are read.</summary>
public sealed class RowSqlStreamTests : IDisposable
{
    private const string XaId = "X'61',X'',1";
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    private string Script => Path.Combine(_folder, "script.sql");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Statements_are_those_that_an_index_gives()
    {
        var log = new SmallLog();
        for (int i = 0; i < 3000; i++)
        {
            log.AddBegin((byte)(i % 5 + 1)).AddInts(1, "t", ["id", "v"], 0);
            log.AddRows(BinlogEventType.WriteRowsV1, 1, [i, 1], [i + 9000, null]);
            log.AddRows(BinlogEventType.UpdateRowsV1, 1, [i, 1], [i, 2]);
            log.AddInts(2, "u", ["id"]).AddRows(BinlogEventType.DeleteRowsV1, 2, [i]).AddCommit();
        }

        string[] expected = FromIndex(log);
        Assert.Equal(12_000, expected.Count(s => !s.StartsWith("SET ", StringComparison.Ordinal) && s is not ("BEGIN;" or "COMMIT;")));
        Assert.Equal(expected, Strings(log, new EventFilter { WithStatements = true }).Statements);
        SqlExport result = ToFile(log);
        Assert.Equal(expected, File.ReadLines(Script).Where(l => !l.StartsWith("--", StringComparison.Ordinal)));
        Assert.Equal((12_000L, 3000, 12_000L, true), (result.RowCount, result.TransactionCount, result.StatementCount, result.IsComplete));
        Assert.Equal(["d.t", "d.u"], result.Table);
        Assert.Equal(["binlog.000001"], result.File);
    }

    [Fact]
    public void A_transaction_comes_when_it_is_read_and_not_at_the_end()
    {
        SmallLog log = Insert(new SmallLog().AddBegin(), 1).AddCommit();
        log = Insert(log.AddBegin(), 2).AddCommit();
        using var text = new SqlText();
        using var stream = new RowSqlStream(EventFilter.All, new SqlForm(), text);
        using EventScan scan = Scan(log, EventFilter.All);
        var seen = new List<int>();
        while (scan.Read())
        {
            stream.Add(new EventView(scan));
            if (new EventView(scan).HasRows)
                seen.Add(Encoding.UTF8.GetString(text.Written).Split("INSERT").Length - 1);
        }

        Assert.Equal([1, 2], seen);
    }

    [Fact]
    public void Rows_that_were_prepared_come_with_their_commit()
    {
        SmallLog log = Insert(Prepare(new SmallLog(), 1).AddBegin(), 2).AddCommit().AddStatement($"XA COMMIT {XaId}");
        (string[] statements, string[] reasons) = Strings(Insert(log.AddBegin(), 3).AddCommit(), new EventFilter { WithStatements = true });
        Assert.Equal([2, 1, 3], Ids(statements));
        Assert.Equal(3, statements.Count(s => s == "BEGIN;"));
        Assert.Equal(3, statements.Count(s => s == "COMMIT;"));
        Assert.Empty(reasons);
    }

    [Fact]
    public void Rows_that_were_prepared_and_rolled_back_do_not_come()
    {
        SmallLog log = Insert(Prepare(new SmallLog(), 1).AddStatement($"XA ROLLBACK {XaId}").AddBegin(), 2).AddCommit();
        (string[] statements, string[] reasons) = Strings(log, new EventFilter { WithStatements = true });
        Assert.Equal([2], Ids(statements));
        Assert.Empty(reasons);
    }

    [Fact]
    public void Rows_that_were_prepared_and_never_decided_are_named()
    {
        SmallLog log = Insert(Prepare(new SmallLog(), 1).AddBegin(), 2).AddCommit();
        (string[] statements, string[] reasons) = Strings(log, new EventFilter { WithStatements = true });
        Assert.Equal([2], Ids(statements));
        Assert.EndsWith("an XA transaction was prepared, and no XA COMMIT of it is among the chosen events", Assert.Single(reasons));
    }

    [Fact]
    public void Only_what_was_committed_is_written()
    {
        SmallLog log = Insert(new SmallLog().AddBegin(), 1).AddStatement("ROLLBACK");
        log = Insert(Insert(log.AddBegin(), 2).AddStatement("SAVEPOINT a"), 3).AddStatement("ROLLBACK TO a").AddCommit();
        (string[] statements, string[] reasons) = Strings(Insert(log.AddBegin(), 4), new EventFilter { WithStatements = true });
        Assert.Equal([2], Ids(statements));
        Assert.Equal(2, reasons.Length);
        Assert.StartsWith("d.t: 2 rows from binlog.000001:", reasons[0]);
        Assert.EndsWith("the log ends before their transaction does, and the server takes such a transaction back", reasons[1]);
    }

    [Fact]
    public void Only_the_rows_that_were_asked_for_are_written()
    {
        SmallLog log = new SmallLog().AddBegin().AddInts(1, "t", ["id", "v"], 0)
            .AddRows(BinlogEventType.WriteRowsV1, 1, [1, 5], [2, 6], [3, 5]).AddCommit();
        var where = new RowPredicate(new Dictionary<string, object?> { ["v"] = 5 });
        Assert.Equal([1, 3], Ids(Strings(log, new EventFilter { WithStatements = true, Where = where }).Statements));
    }

    [Fact]
    public void A_script_that_is_not_complete_says_so_in_its_head_and_why_at_its_end()
    {
        SmallLog log = Insert(new SmallLog().AddBegin(), 1).AddCommit();
        long place = log.End;
        Assert.False(ToFile(log.AddStatement("DELETE FROM t")).IsComplete);
        string[] lines = File.ReadAllLines(Script);
        Assert.Equal("-- NOT COMPLETE: the end of this script says why", lines[1].TrimEnd());
        Assert.Equal($"-- NOT COMPLETE: binlog.000001:{place} changed rows as a statement, without row images: DELETE FROM t", lines[^1]);
    }

    [Fact]
    public void Where_there_is_no_row_there_is_no_script()
    {
        Assert.Equal("NoRowChange", Assert.Throws<RecoveryException>(() => ToFile(new SmallLog().AddStatement("DELETE FROM t"))).ErrorId);
        Assert.False(File.Exists(Script));
    }

    private static SmallLog Insert(SmallLog log, int id) =>
        log.AddInts(1, "t", ["id", "v"], 0).AddRows(BinlogEventType.WriteRowsV1, 1, [id, 0]);

    private static SmallLog Prepare(SmallLog log, int id) => Insert(log.AddStatement($"XA START {XaId}"), id)
        .AddStatement($"XA END {XaId}").Add(BinlogEventType.XaPrepare, [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, (byte)'a']);

    private static int[] Ids(string[] statements) =>
        [.. statements.Where(s => s.StartsWith("INSERT", StringComparison.Ordinal))
            .Select(s => int.Parse(s.Split("VALUES (")[1].Split(',')[0], CultureInfo.InvariantCulture))];

    private EventScan Scan(SmallLog log, EventFilter filter) =>
        new([LogRange.Whole(log.WriteTo(_folder))], filter, TestContext.Current.CancellationToken);

    private static string[] StatementsOf(SqlText text) =>
        [.. Encoding.UTF8.GetString(text.Written).Split('\n').Where(l => l.Length > 0 && !l.StartsWith("--", StringComparison.Ordinal))];

    private string[] FromIndex(SmallLog log)
    {
        using EventScan scan = Scan(log, new EventFilter { WithStatements = true });
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: false);
        using var text = new SqlText();
        using var export = new RowSqlExport(index, where: null, new SqlForm(), text, CancellationToken.None);
        while (export.WritePart(CancellationToken.None))
            continue;
        return StatementsOf(text);
    }

    private (string[] Statements, string[] Reasons) Strings(SmallLog log, EventFilter filter)
    {
        using var text = new SqlText();
        string[] reasons = Write(log, filter, text, stream => stream.Reasons);
        return (StatementsOf(text), reasons);
    }

    private SqlExport ToFile(SmallLog log)
    {
        using var output = new SqlFileOutput(Script, overwrite: false, sources: []);
        return Write(log, new EventFilter { WithStatements = true }, output, stream => stream.ToResult(Script));
    }

    private T Write<T>(SmallLog log, EventFilter filter, SqlOutput output, Func<RowSqlStream, T> result)
    {
        using EventScan scan = Scan(log, filter);
        using var stream = new RowSqlStream(filter, new SqlForm(), output);
        while (scan.Read())
            stream.Add(new EventView(scan));
        stream.Complete();
        return result(stream);
    }
}
