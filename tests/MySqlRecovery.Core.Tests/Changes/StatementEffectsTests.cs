using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

/// <summary>A row is inserted into d.t, whose column @1 is an INT, and a statement comes after it.</summary>
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
    [InlineData("ALTER TABLE t ADD INDEX i (a), DROP COLUMN b")]
    [InlineData("ALTER TABLE t ADD `index` INT")]
    [InlineData("ALTER TABLE t MODIFY a INT DEFAULT 5")]
    [InlineData("ALTER TABLE t ADD INDEX i (a), RENAME TO x")]
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
    [InlineData("ALTER TABLE t ADD INDEX i (a), DROP KEY j, ADD CONSTRAINT c CHECK (a > 0), ALGORITHM = INPLACE")]
    [InlineData("ALTER TABLE t ALTER COLUMN a SET DEFAULT (1 + 2), ALTER b DROP DEFAULT, ALTER c SET INVISIBLE")]
    [InlineData("ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (b, a) COMMENT 'x', ENGINE = InnoDB ROW_FORMAT = DYNAMIC")]
    [InlineData("ALTER TABLE t RENAME INDEX i TO j, ALTER INDEX k INVISIBLE")]
    [InlineData("CREATE UNIQUE INDEX i ON t (a)")]
    [InlineData("DROP INDEX i ON t")]
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

    [Fact]
    public void A_table_whose_name_differs_in_case_is_another_where_the_log_has_both()
    {
        SmallLog log = new SmallLog().AddBegin().AddInts(1, "t", ["id"], 0).AddRows(BinlogEventType.WriteRowsV1, 1, [1]);
        log.AddInts(2, "T", ["id"], 0).AddRows(BinlogEventType.WriteRowsV1, 2, [2]).AddCommit().AddStatement("DROP TABLE T");

        UndoBinlog undo = BinlogRecovery.WriteUndoBinlog(BinlogRecovery.ReadEvents([log.WriteTo(_folder)]), Path.Combine(_folder, "undo"));
        Assert.Equal(["d.t"], undo.Table);
        Assert.Contains(undo.Reason, reason => reason.StartsWith("d.T: 1 rows", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("t", "DROP DATABASE other", null)]
    [InlineData("t", "DROP DATABASE d", "out of reach")]
    [InlineData("?.t", "DROP DATABASE o", "DROP DATABASE o")]
    [InlineData("d.t", "DROP DATABASE other", null)]
    public void A_database_that_goes_concerns_tables_that_are_asked_for_in_it_or_that_it_had(string table, string statement, string? reason)
    {
        string log = new SmallLog().AddBegin().AddTable(3).AddInsert([7, 0, 0, 0]).AddCommit().AddStatement(statement).WriteTo(_folder);
        var reader = new BinlogReader([log]) { Table = [table] };
        string path = Path.Combine(_folder, "undo");
        string[] reasons;
        try
        {
            reasons = reader.WriteUndoBinlog(path).Reason;
        }
        catch (RecoveryException e) when (e.ErrorId == "NoRowChange")
        {
            reasons = [e.Message];
        }

        if (reason == null)
            Assert.Empty(reasons);
        else
            Assert.Contains(reason, Assert.Single(reasons));
    }

    private UndoBinlog Undo(string statement)
    {
        string log = new SmallLog().AddBegin().AddTable(3).AddInsert([7, 0, 0, 0]).AddCommit().AddStatement(statement).WriteTo(_folder);
        return BinlogRecovery.WriteUndoBinlog(BinlogRecovery.ReadEvents([log]), Path.Combine(_folder, "undo"));
    }
}
