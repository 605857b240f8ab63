using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

/// <summary>A row is inserted into d.t, whose column @1 is an INT, and a statement comes behind it.</summary>
public sealed class StatementEffectsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("UPDATE/*app*/t SET a = 1")]
    [InlineData("SET STATEMENT max_statement_time=1 FOR DELETE FROM t")]
    [InlineData("ANALYZE FORMAT=JSON UPDATE t SET a = 1")]
    [InlineData("/*!50000 DELETE */ FROM t")]
    [InlineData("WITH/**/c AS (SELECT 1) UPDATE t SET a = 1")]
    [InlineData("/* torn comment UPDATE t SET a = 1")]
    public void What_may_have_changed_rows_is_named(string statement)
    {
        UndoBinlog undo = Undo(statement);

        Assert.Equal((1, false), (undo.RowCount, undo.IsComplete));
        Assert.Contains(statement[^6..], Assert.Single(undo.Reason));
    }

    [Theory]
    [InlineData("SET STATEMENT max_statement_time=1 FOR ALTER TABLE t ADD c INT FIRST")]
    [InlineData("ALTER/**/TABLE/**/t TRUNCATE/**/PARTITION p0")]
    [InlineData("ALTER TABLE p EXCHANGE PARTITION p0 WITH TABLE t WITHOUT VALIDATION")]
    [InlineData("ALTER TABLE p EXCHANGE PARTITION p0 WITH/**/TABLE `d`.`t`")]
    [InlineData("ALTER TABLE p CONVERT TABLE t TO PARTITION p0 VALUES LESS THAN (10)")]
    [InlineData("ALTER TABLE t CONVERT PARTITION p0 TO TABLE x")]
    [InlineData("ALTER TABLE t DISCARD PARTITION p0, p1 TABLESPACE")]
    [InlineData("CREATE/**/OR/**/REPLACE TABLE t (a INT)")]
    [InlineData("TRUNCATE d.t")]
    [InlineData("DROP TABLE IF EXISTS x, t")]
    [InlineData("RENAME TABLE t TO x, y TO t")]
    [InlineData("DROP DATABASE d")]
    public void Rows_before_what_takes_or_moves_them_are_refused(string statement)
    {
        var refusal = Assert.Throws<RecoveryException>(() => Undo(statement));

        Assert.Equal("NoRowChange", refusal.ErrorId);
        Assert.Contains("out of reach", refusal.Message);
    }

    [Theory]
    [InlineData("ALTER TABLE t COMMENT = 'TRUNCATE PARTITION p0'")]
    [InlineData("ALTER TABLE t COMMENT = 'CONVERT TABLE x', ALGORITHM=INPLACE")]
    [InlineData("ALTER TABLE t CONVERT TO CHARACTER SET latin1")]
    public void Rows_before_what_leaves_their_columns_alone_are_undone(string statement)
    {
        UndoBinlog undo = Undo(statement);

        Assert.Equal(1, undo.RowCount);
        Assert.Contains("changed the tables themselves", Assert.Single(undo.Reason));
    }

    [Theory]
    [InlineData("ANALYZE TABLE t")]
    [InlineData("SET @a = 'UPDATE t'")]
    [InlineData("/* UPDATE t SET a = 1 */ FLUSH TABLES")]
    [InlineData("INSERT INTO mysql.rds_heartbeat2(id, value) VALUES (1, 2) ON DUPLICATE KEY UPDATE value = 2")]
    public void What_changes_no_row_that_is_asked_for_leaves_the_undo_complete(string statement) => Assert.True(Undo(statement).IsComplete);

    private UndoBinlog Undo(string statement)
    {
        string log = new SmallLog().AddBegin().AddTable(3).AddInsert([7, 0, 0, 0]).AddCommit().AddStatement(statement).WriteTo(_folder);
        return BinlogRecovery.WriteUndoBinlog(BinlogRecovery.ReadEvents([log]), Path.Combine(_folder, "undo"));
    }
}
