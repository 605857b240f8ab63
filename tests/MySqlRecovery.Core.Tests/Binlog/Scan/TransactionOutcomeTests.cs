using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Scan;

public sealed class TransactionOutcomeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_transaction_ends_with_its_xid_event() =>
        Assert.Equal(["1 Commit", "2 Commit"], Ends(Insert(Insert(new SmallLog().AddBegin(), 1), 2).AddCommit()));

    [Theory]
    [InlineData("COMMIT", "Commit")]
    [InlineData("ROLLBACK", "Rollback")]
    public void A_transaction_of_tables_without_transactions_ends_with_a_statement(string statement, string end) =>
        Assert.Equal([$"1 {end}"], Ends(Insert(new SmallLog().AddBegin(), 1).AddStatement(statement)));

    [Theory]
    [InlineData("`a b`", "`a b`")]
    [InlineData("s1", "S1")]
    public void What_came_after_a_savepoint_that_was_returned_to_was_rolled_back(string savepoint, string named)
    {
        SmallLog log = Insert(new SmallLog().AddBegin(), 1).AddStatement($"SAVEPOINT {savepoint}");
        Insert(log, 2).AddStatement($"ROLLBACK TO {named}");
        Insert(log, 3).AddCommit();
        Assert.Equal(["1 Commit", "2 Rollback", "3 Commit"], Ends(log));
    }

    [Fact]
    public void A_savepoint_set_again_stands_where_it_was_set_last()
    {
        SmallLog log = Insert(new SmallLog().AddBegin().AddStatement("SAVEPOINT a"), 1).AddStatement("SAVEPOINT a");
        Insert(log, 2).AddStatement("ROLLBACK TO a").AddCommit();
        Assert.Equal(["1 Commit", "2 Rollback"], Ends(log));
    }

    [Fact]
    public void A_savepoint_that_the_log_does_not_hold_takes_back_the_whole_transaction_so_far() =>
        Assert.Equal(
            ["1 Rollback", "2 Commit"], Ends(Insert(Insert(new SmallLog().AddBegin(), 1).AddStatement("ROLLBACK TO x"), 2).AddCommit()));

    [Fact]
    public void A_transaction_that_the_log_does_not_end_is_missing_its_end() =>
        Assert.Equal(["1 Commit", "2 Missing"], Ends(Insert(Insert(new SmallLog().AddBegin(), 1).AddCommit().AddBegin(), 2)));

    [Fact]
    public void A_transaction_after_which_another_begins_is_missing_its_end() =>
        Assert.Equal(["1 Missing", "2 Commit"], Ends(Insert(Insert(new SmallLog().AddBegin(), 1).AddBegin(), 2).AddCommit()));

    [Fact]
    public void Rows_without_a_begin_have_an_end_that_cannot_be_seen() => Assert.Equal(["1 Unknown"], Ends(Insert(new SmallLog(), 1)));

    [Theory]
    [InlineData("XA START", "XA END", 0, "Prepare")]
    [InlineData("XA START", "XA END", 1, "Commit")]
    [InlineData("Xa Begin", "Xa/**/End", 0, "Prepare")]
    public void An_xa_transaction_is_prepared_or_committed_in_one_phase(string start, string stop, byte onePhase, string end)
    {
        SmallLog log = Insert(new SmallLog().AddStatement($"{start} X'61',X'',1"), 1).AddStatement($"{stop} X'61',X'',1");
        log.Add(BinlogEventType.XaPrepare, [onePhase, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, (byte)'a']);
        Assert.Equal([$"1 {end} X'61',X'',1"], Ends(log));
    }

    [Theory]
    [InlineData("XA COMMIT X'61', X'', 1", "X'61',X'',1")]
    [InlineData("XA  ROLLBACK\tX'61',X'',1 ", "X'61',X'',1")]
    [InlineData("xa/* a b c */Rollback X'61',/**/X'',1", "X'61',X'',1")]
    public void The_id_of_an_xa_transaction_is_taken_without_white_space(string statement, string id) =>
        Assert.Equal(id, TransactionOutcome.XaIdOf(statement));

    [Fact]
    public void Damage_before_the_end_leaves_it_unknown()
    {
        SmallLog log = Insert(new SmallLog().AddBegin(), 1);
        long damage = log.End;
        byte[] bytes = log.AddCommit().Bytes;
        bytes[damage + EventHeader.TypeOffset] = 0xF0;
        Assert.Equal(["1 Unknown"], Ends(bytes));
    }

    [Fact]
    public void An_end_that_is_cut_off_is_missing()
    {
        byte[] bytes = Insert(new SmallLog().AddBegin(), 1).AddCommit().Bytes;
        Assert.Equal(["1 Missing"], Ends(bytes[..^1]));
    }

    private static SmallLog Insert(SmallLog log, int id) => log.AddInts(1, "t", ["id"]).AddRows(BinlogEventType.WriteRowsV1, 1, [id]);

    private string[] Ends(SmallLog log) => Ends(log.Bytes);

    // The value of each row, what becomes of it, and the id of an XA transaction.
    private string[] Ends(byte[] log)
    {
        string path = Path.Combine(_folder, "binlog.000001");
        File.WriteAllBytes(path, log);
        using var scan = new EventScan([LogRange.Whole(path)], EventFilter.All, TestContext.Current.CancellationToken);
        var ends = new List<string>();
        try
        {
            while (scan.Read())
            {
                if (scan.Reader.Header.Type == BinlogEventType.WriteRowsV1)
                    ends.Add($"{scan.Raw[^4]} {scan.Outcome.EndOf(scan.Reader.Position)} {scan.Outcome.XaId}".TrimEnd());
            }
        }
        catch (RecoveryException)
        {
            // What comes after the rows may be damaged.
        }

        return [.. ends];
    }
}
