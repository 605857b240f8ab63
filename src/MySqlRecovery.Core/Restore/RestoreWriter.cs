using System.Collections;
using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;

namespace MySqlRecovery.Restore;

/// <summary>Writes the rows of a batch, in the transaction that has locked them, and counts them.</summary>
internal sealed class RestoreWriter(RestoreRun run)
{
    private readonly BitArray _done = new(run.Changes.Count);

    /// <summary>Whether a row has been written or left.</summary>
    public bool IsDone(int number) => _done[number];

    public void SetDone(int number) => _done[number] = true;

    /// <summary>Writes the rows that apply. Those that SQL cannot write are left and say why.</summary>
    /// <param name="batch">The rows with their verdicts.</param>
    /// <param name="other">The row of the batch with a number, or null.</param>
    /// <exception cref="RecoveryException">RestoreCountWrong, or what the server said; the transaction is to be rolled back.</exception>
    public void Write(List<RestoreRow> batch, Func<int, RestoreRow?> other)
    {
        while (true)
        {
            using var output = new StatementParts();
            (RestoreRow Row, string Obstacle)[] left = [.. Compose(batch, output)];
            if (left.Length == 0)
            {
                long meant = batch.Where(r => r.Applies).Sum(CountOf), changed = output.Parts.Sum(p => run.Client.Change(p, run.Stop));
                if (changed != meant)
                    throw new RecoveryException(
                        "RestoreCountWrong", RecoveryErrorKind.InvalidData,
                        string.Create(CultureInfo.InvariantCulture, $"{meant} rows were to be written, and {changed} were"), run.Client.Server);
                return;
            }

            foreach ((RestoreRow row, string obstacle) in left)
                row.Decide(RestoreVerdict.NotInLog, obstacle);
            run.DecideAgain(batch, other);
        }
    }

    private static long CountOf(RestoreRow row) => IsReplaced(row) ? 2 : 1;

    /// <summary>Whether a row is deleted and inserted.</summary>
    private static bool IsReplaced(RestoreRow row) => row.Action == RowOperation.Update ? row.IsChained : row is { From: null, Verdict: RestoreVerdict.Occupied };

    private IEnumerable<(RestoreRow, string)> Compose(List<RestoreRow> batch, StatementParts output)
    {
        using var script = new SqlScriptWriter(output, run.Form with { Columns = [], BatchSize = Math.Max(2, batch.Count), Reverse = false });
        foreach (RestoreRow row in batch.Where(r => r.Applies && (r.Action == RowOperation.Delete || IsReplaced(r))))
        {
            if (Write(script, row.Table, RowOperation.Delete, row.From ?? row.To!, null) is { } obstacle)
                yield return (row, obstacle);
        }

        foreach (RestoreRow row in batch.Where(r => r.Applies && r.Action == RowOperation.Update && !r.IsChained))
        {
            if (Write(script, row.Table, RowOperation.Update, row.From, row.To) is { } obstacle)
                yield return (row, obstacle);
        }

        foreach (RestoreRow row in batch.Where(r => r.Applies && (r.Action == RowOperation.Insert || IsReplaced(r))))
        {
            if (Write(script, row.Table, RowOperation.Insert, null, row.To) is { } obstacle)
                yield return (row, obstacle);
        }

        script.Flush();
    }

    private static string? Write(SqlScriptWriter script, RestoreTable table, RowOperation operation, StoredRow? from, StoredRow? to)
    {
        RowLayout layout = table.Map.Layout;
        return script.WriteChange(table.Map, operation, layout, from?.Image, layout, to?.Image);
    }

    /// <summary>Statements in parts that fit into the least default of max_allowed_packet, but for one that is longer by itself.</summary>
    private sealed class StatementParts : SqlOutput
    {
        private const int PartLength = 512 << 10;
        private readonly StringBuilder _part = new();
        private readonly List<string> _parts = [];

        public IEnumerable<string> Parts => _part.Length == 0 ? _parts : _parts.Append(_part.ToString());

        public override void Statement(ReadOnlySpan<byte> sql)
        {
            string statement = Encoding.UTF8.GetString(sql);
            if (_part.Length > 0 && _part.Length + statement.Length > PartLength)
            {
                _parts.Add(_part.ToString());
                _part.Clear();
            }

            _part.Append(statement).Append('\n');
        }

        public override void Comment(string text)
        {
        }
    }
}
