using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

/// <summary>DECIMAL(1,0) with 5 in one row and 99, which one digit cannot be, in the next.</summary>
public sealed class UnreadableValueTests : IDisposable
{
    private const byte NewDecimal = 246, ColumnName = 4;
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;
    private readonly string _log;

    public UnreadableValueTests() => _log = new SmallLog()
        .Add(BinlogEventType.TableMap,
            [1, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 1, NewDecimal, 2, 1, 0, 1, ColumnName, 2, 1, (byte)'c'])
        .AddInsert([0x80 + 5], [0x80 + 99]).WriteTo(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_row_shows_in_the_place_of_a_value_that_cannot_be_read_which_column_it_is_of_and_why()
    {
        RowChange[] rows = [.. BinlogRecovery.ReadRowChanges(BinlogRecovery.ReadEvents([_log]))];

        Assert.Equal(5m, rows[0].After!["c"]);
        var value = Assert.IsType<UnreadableValue>(rows[1].After!["c"]);
        Assert.Equal("d.t.c", value.Column);
        Assert.Contains("99 for 1 digits", value.ToString());
    }

    [Fact]
    public void Sql_has_the_other_rows_and_names_the_table()
    {
        SqlExport sql = BinlogRecovery.WriteUndoSql(BinlogRecovery.ReadEvents([_log]), Path.Combine(_folder, "undo.sql"));

        Assert.Equal((1, false), (sql.StatementCount, sql.IsComplete));
        Assert.Contains("d.t", Assert.Single(sql.Reason));
    }

    [Fact]
    public void An_undo_binlog_moves_the_bytes_as_they_are()
    {
        UndoBinlog undo = BinlogRecovery.WriteUndoBinlog(BinlogRecovery.ReadEvents([_log]), Path.Combine(_folder, "undo"));

        Assert.Equal((2, true), (undo.RowCount, undo.IsComplete));
    }
}
