using System.Runtime.CompilerServices;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests;

public sealed class BinlogRecoveryTests : IDisposable
{
    private const uint Housekeeping = 14;
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    private static IEnumerable<BinlogEvent> Damage =>
        BinlogRecovery.ReadEvents([Incident("binlog.000001"), Incident("binlog.000002")]).Where(e => e.ThreadId == Housekeeping);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Undoing_the_undo_gives_the_original_rows_in_the_original_order()
    {
        UndoBinlog undo = BinlogRecovery.WriteUndoBinlog(Damage, Path.Combine(_folder, "undo"));
        UndoBinlog redo = BinlogRecovery.WriteUndoBinlog(BinlogRecovery.ReadEvents([undo.Path]), Path.Combine(_folder, "redo"));

        Assert.Equal((65, 5, true, true), (undo.RowCount, undo.TransactionCount, undo.IsComplete, undo.IsVerified));
        Assert.Equal(Images(Damage), Images(BinlogRecovery.ReadEvents([redo.Path])));
        Assert.NotEqual(Images(Damage), Images(BinlogRecovery.ReadEvents([undo.Path])));
    }

    [Fact]
    public void Undo_sql_has_one_statement_a_row_and_the_documents_byte_for_byte()
    {
        SqlExport sql = BinlogRecovery.WriteUndoSql(Damage, Path.Combine(_folder, "undo.sql"));
        string text = File.ReadAllText(sql.Path);
        RowChange document = BinlogRecovery.ReadRowChanges(Damage).First(row => row.Table == "wf_bytes");

        Assert.Equal((65, 65, true), (sql.RowCount, sql.StatementCount, sql.IsComplete));
        Assert.Contains(Convert.ToHexString((byte[])document.Before!["content"]!), text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Sums_by_table_and_by_transaction_count_the_same_rows()
    {
        IReadOnlyList<BinlogSummary> tables = BinlogRecovery.Measure(Damage, BinlogSummaryKind.Table);
        IReadOnlyList<BinlogSummary> transactions = BinlogRecovery.Measure(Damage, BinlogSummaryKind.Transaction);

        Assert.Equal(["wf_bytes", "wf_execution", "wf_history", "wf_task", "wf_variable"], tables.Select(t => t.Table));
        Assert.Equal([13L, 13, 13, 13, 13], transactions.Select(t => t.RowCount));
        Assert.Equal((50, 15), (tables.Sum(t => t.DeleteCount), tables.Sum(t => t.UpdateCount)));
    }

    [Fact]
    public void Events_without_rows_leave_no_file()
    {
        string path = Path.Combine(_folder, "undo");

        var error = Assert.Throws<RecoveryException>(() => BinlogRecovery.WriteUndoBinlog(Damage.Where(e => e.Operation == null), path));

        Assert.Equal("NoRowChange", error.ErrorId);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    private static string[] Images(IEnumerable<BinlogEvent> events) => [.. BinlogRecovery.ReadRowChanges(events).Select(row =>
        $"{row.Operation} {row.Table} {Convert.ToHexString(row.BeforeImage ?? [])} {Convert.ToHexString(row.AfterImage ?? [])}")];

    private static string Incident(string name, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../samples/incident", name));
}
