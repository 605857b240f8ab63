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
    /// <summary>What goes to the server at a time: strings beyond 85,000 bytes stay in memory until all of it is tidied up.</summary>
    private const int PartLength = 32 << 10;

    private readonly BitArray _done = new(run.Changes.Count);
    private RowEvents? _events;

    /// <summary>Whether a row has been written or left.</summary>
    public bool IsDone(int number) => _done[number];

    public void SetDone(int number) => _done[number] = true;

    /// <summary>Whether row events can be written: <see cref="BeginEvents"/> was called, and the account may.</summary>
    public bool MayApplyEvents => _events != null;

    /// <summary>Writes the rows that apply. Those that cannot be written are left and say why.</summary>
    /// <param name="batch">The rows with their verdicts.</param>
    /// <param name="other">The row of the batch with a number, or null.</param>
    /// <exception cref="RecoveryException">RestoreCountWrong, or what the server said; the transaction is to be rolled back.</exception>
    public void Write(List<RestoreRow> batch, Func<int, RestoreRow?> other)
    {
        while (true)
        {
            using var output = new StatementParts();
            (RestoreRow Row, string Obstacle)[] left = [.. Compose([.. batch.Where(r => r is { Applies: true, IsEvent: false })], output)];
            foreach ((RestoreRow row, string obstacle) in left)
            {
                if (MayApplyEvents && row.CanBeEvent)
                    row.IsEvent = true;
                else
                    row.Decide(RestoreVerdict.NotInLog, obstacle);
            }

            if (left.Length == 0)
            {
                WriteStatements(batch, output);
                WriteEvents([.. batch.Where(r => r is { Applies: true, IsEvent: true })]);
                return;
            }

            run.DecideAgain(batch, other);
        }
    }

    /// <summary>Makes ready for row events, if the account may apply them. Not within a transaction.</summary>
    public void BeginEvents()
    {
        if (run.Changes.Index.Format is not { } format)
            return;
        var events = new RowEvents(format, run.Form.Renames);
        try
        {
            run.Client.Change(events.Begin(), run.Stop);

            // The first event leaves it open whether a GTID will follow, which a client does not want to say.
            if (!format.IsMariaDb)
                run.Client.Change("SET @@SESSION.gtid_next = 'AUTOMATIC';", run.Stop);
            _events = events;
        }
        catch (RecoveryException e) when (e.ErrorId is "ServerPrivilegeMissing" or "ServerQueryFailed")
        {
            // The rows that need it are left, and say so.
        }
    }

    private void WriteStatements(List<RestoreRow> batch, StatementParts output)
    {
        long meant = batch.Where(r => r is { Applies: true, IsEvent: false }).Sum(CountOf),
        changed = output.Parts.Sum(p => run.Client.Change(p, run.Stop));
        if (changed != meant)
            throw WrongCount(string.Create(CultureInfo.InvariantCulture, $"{meant} rows were to be written, and {changed} were"));
    }

    /// <summary>Row events tell no number: the rows are read and judged again.</summary>
    private void WriteEvents(RestoreRow[] rows)
    {
        if (rows.Length == 0 || _events == null)
            return;
        foreach (IGrouping<RestoreTable, RestoreRow> table in rows.GroupBy(r => r.Table))
        {
            IEnumerable<string> statements =
            [
                .. _events.Write(
                    table.Key, RowOperation.Delete, table.Where(r =>
                        r.Action == RowOperation.Delete || IsReplaced(r)).Select(r => (r.From ?? r.To, (StoredRow?)null))),
                .. _events.Write(
                    table.Key, RowOperation.Update, table.Where(r => r.Action == RowOperation.Update && !r.IsChained).Select(r => (r.From,
                    r.To))),
                .. _events.Write(
                    table.Key, RowOperation.Insert, table.Where(r =>
                        r.Action == RowOperation.Insert || IsReplaced(r)).Select(r => ((StoredRow?)null, r.To))),
            ];
            foreach (string statement in statements)
                run.Client.Change(statement, run.Stop);
        }

        RestoreRow[] written = [.. rows.Where(r => r.Table.Key.Length > 0).Select(r => run.Load(r.Number))];
        run.Read(written);
        if (Array.Find(written, r => r.Verdict != RestoreVerdict.AlreadyRestored) is { } wrong)
            throw WrongCount($"a row was to be written, and is not as meant: {wrong.Action} {wrong.Table.Name} {wrong.Verdict}");
    }

    private RecoveryException WrongCount(string what) => new("RestoreCountWrong", RecoveryErrorKind.InvalidData, what, run.Client.Server);

    private static long CountOf(RestoreRow row) => IsReplaced(row) ? 2 : 1;

    /// <summary>Whether a row is deleted and inserted.</summary>
    private static bool IsReplaced(RestoreRow row) =>
        row.Action == RowOperation.Update ? row.IsChained : row is { From: null, Verdict: RestoreVerdict.Occupied };

    private IEnumerable<(RestoreRow, string)> Compose(List<RestoreRow> batch, StatementParts output)
    {
        using var script = new SqlScriptWriter(
            output, run.Form with { Columns = [], BatchSize = Math.Max(2, batch.Count), StatementLength = PartLength, Reverse = false });
        foreach (RestoreRow row in batch.Where(r => r.Action == RowOperation.Delete || IsReplaced(r)))
        {
            if (Write(script, output, row.Table, RowOperation.Delete, row.From ?? row.To!, null) is { } obstacle)
                yield return (row, obstacle);
        }

        foreach (RestoreRow row in batch.Where(r => r.Action == RowOperation.Update && !r.IsChained))
        {
            if (Write(script, output, row.Table, RowOperation.Update, row.From, row.To) is { } obstacle)
                yield return (row, obstacle);
        }

        foreach (RestoreRow row in batch.Where(r => r.Action == RowOperation.Insert || IsReplaced(r)))
        {
            if (Write(script, output, row.Table, RowOperation.Insert, null, row.To) is { } obstacle)
                yield return (row, obstacle);
        }

        script.Flush();
    }

    private static string? Write(
        SqlScriptWriter script, StatementParts output, RestoreTable table, RowOperation operation, StoredRow? from, StoredRow? to)
    {
        if ((from ?? to)!.Image == null)
        {
            PackedStatements.Write(output, table, operation, from, to);
            return null;
        }

        RowLayout layout = table.Map.Layout;
        return script.WriteChange(table.Map, operation, layout, from?.Image, layout, to?.Image);
    }

    /// <summary>Statements in parts, but for one that is longer by itself.</summary>
    private sealed class StatementParts : SqlOutput
    {
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
