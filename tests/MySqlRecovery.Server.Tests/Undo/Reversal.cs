using System.Collections;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.ReversedBinlog;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>What of which logs is to be undone, and the two forms of the undo.</summary>
internal sealed record Reversal(params string[] Logs)
{
    private static CancellationToken Stop => Xunit.TestContext.Current.CancellationToken;

    public long? Start { get; init; }

    public long? End { get; init; }

    public IDictionary? Where { get; init; }

    public string? SchemaPath { get; init; }

    public Guid? GtidSource { get; init; }

    public SqlForm Form { get; init; } = new();

    private RowPredicate? Predicate => Where == null ? null : new RowPredicate(Where);

    public UndoBinlog WriteBinlog(string path)
    {
        using ChangeIndex index = Index(reverse: true);
        return UndoBinlogWriter.Write(index, Predicate, path, overwrite: false, GtidSource, Stop, renames: Form.Renames);
    }

    /// <summary>Writes SQL and gives what it could not hold.</summary>
    public string[] WriteSql(string path, bool reverse = true)
    {
        using ChangeIndex index = Index(reverse);
        return RowSqlExport.WriteFile(index, Predicate, Form with { Reverse = reverse }, path, overwrite: false, Stop).Reason;
    }

    private ChangeIndex Index(bool reverse)
    {
        ITableSchemaSource? schema = SchemaPath == null ? null : LogSchema.Load(SchemaPath);
        var filter = new EventFilter { Where = Predicate, WithStatements = true };
        using var scan = new EventScan(LogRange.Of(Logs, Start, End), filter, Stop, schema);
        return ChangeIndexBuilder.Build(scan, reverse, renames: Form.Following);
    }
}
