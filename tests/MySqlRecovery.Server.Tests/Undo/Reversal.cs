using System.Collections;
using MySqlRecovery.Binlog.Filter;
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

    public string[] Table { get; init; } = [];

    public RowOperation[] Operations { get; init; } = [];

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

    /// <summary>What was not chosen and changed the rows again later, or rows that foreign keys tie to them.</summary>
    /// <param name="movesBytes">Whether they are undone by a binlog.</param>
    public string[] FindLaterChanges(bool movesBytes)
    {
        EventFilter filter = Filter;
        var selection = new EventSelection(filter, Start != null || End != null);
        using EventScan scan = Open(filter, readWhole: false);
        using ChangeIndex index = ChangeIndexBuilder.Build(scan, reverse: true, movesBytes: movesBytes, findLaterChanges: found =>
            LaterFindings.Find(
                found, selection, [.. Form.Columns], movesBytes, all => Open(all, readWhole: true), sumsUp: Form.Fold));
        return index.LaterChanges!;
    }

    private EventFilter Filter => new()
    {
        Where = Predicate,
        WithStatements = true,
        Operations = Operations.Length == 0 ? null : [.. Operations],
        Tables = Table.Length == 0 ? null : new TableFilter([], [], Table, []),
    };

    private ChangeIndex Index(bool reverse)
    {
        using EventScan scan = Open(Filter, readWhole: false);
        return ChangeIndexBuilder.Build(scan, reverse, renames: Form.Following, sumsUp: Form.Fold);
    }

    private EventScan Open(EventFilter filter, bool readWhole) => new(
        LogRange.Of(Logs, Start, End).Select(r => r with { IsReadWhole = readWhole }), filter, Stop,
        SchemaPath == null ? null : LogSchema.Load(SchemaPath));
}
