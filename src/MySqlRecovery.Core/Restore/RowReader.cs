using System.Collections.Specialized;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>Loads rows of the log, finds those of the server, and compares them.</summary>
/// <param name="changes">What is to be restored.</param>
/// <param name="tables">The tables of the server.</param>
/// <param name="rows">Reads the server.</param>
/// <param name="form">Which way, and which columns.</param>
/// <param name="trails">What others did to the rows beside the chosen changes; null where nobody looked, or had to.</param>
/// <param name="isUnfollowed">Whether nobody looked who had to.</param>
internal sealed class RowReader(
    NetChanges changes, RestoreTables tables, KeyedRows rows, SqlForm form, RowTrails? trails, bool isUnfollowed) : IDisposable
{
    private readonly TextBuffer _scratch = new();

    /// <summary>Whether what was said of some row depends on what others did to it, and nobody looked for that.</summary>
    public bool HasUnfollowed { get; private set; }

    /// <summary>A row of the log, not yet compared.</summary>
    public RestoreRow Load(int number)
    {
        NetChange change = changes[number];
        TableMap map = changes.MapOf(change);
        RestoreTable table = tables.Find(map);
        string? problem = changes.CauseOf(change) ?? table.Problem ?? Problem(change.Flags);
        StoredRow? first = null, last = null;
        // The row as it was first has the columns of the map, the other one may have others.
        bool isReshaped = change.Flags.HasFlag(NetChangeFlags.Reshaped);
        if (!change.Flags.HasFlag(NetChangeFlags.Partial))
        {
            try
            {
                first = changes.LoadRow(change, change.First);
                last = isReshaped && first != null ? null : changes.LoadRow(change, change.Last);
                if (first != null && trails?.IsContinued(first, table) == true)
                    problem ??= Problem(NetChangeFlags.Interrupted);
            }
            catch (Exception e) when (MalformedData.Is(e))
            {
                problem ??= $"the log holds a value that cannot be read: {e.Message}";
            }
        }

        (StoredRow? from, StoredRow? to) = form.Reverse ? (last, first) : (first, last);
        StoredRow? logged = to;
        bool isMove = from != null && to != null && table.Key.Length > 0 && Array.Exists(table.Key, k => !from.IsSame(to, k));
        if (table.Chosen is { } chosen)
        {
            problem ??= ChosenColumnsProblem(table, chosen, from, to);
            if (from != null && to != null)
                to = from.With(to, i => chosen[i]);
        }

        var row = new RestoreRow
        {
            Number = number,
            Change = change,
            Table = table,
            Action = ActionOf(change),
            From = from,
            To = to,
            Logged = logged,
            IsMove = isMove
        };
        row.Decide(RestoreVerdict.Clean, null);
        if (problem != null)
            row.Decide(RestoreVerdict.NotInLog, problem);
        return row;
    }

    /// <summary>Reads the rows of the server and gives each its verdict as far as the row itself tells.</summary>
    public void Judge(IReadOnlyList<RestoreRow> batch, bool locks)
    {
        foreach (IGrouping<RestoreTable, RestoreRow> group in batch.Where(r => r.Verdict != RestoreVerdict.NotInLog).GroupBy(r => r.Table))
        {
            if (group.Key.Key.Length == 0)
                JudgeKeyless(group.Key, [.. group], locks);
            else
                JudgeKeyed(group.Key, [.. group], locks);
            foreach (RestoreRow row in group.Where(MayBeElsewhere))
            {
                if (trails?.IsLed(row.From!, row.Table) == true)
                    row.Decide(RestoreVerdict.NotInLog, $"something that was not chosen {Leads(row)} since: choose that as well");
                else if (row.Verdict != RestoreVerdict.Clean && (isUnfollowed || row.Change.Flags.HasFlag(NetChangeFlags.Unfollowed)))
                    Doubt(row);
            }
        }
    }

    // What has its place may be another row, and what is not there may be elsewhere.
    private static bool MayBeElsewhere(RestoreRow row) =>
        row.From != null && (row.Verdict != RestoreVerdict.AlreadyRestored || row.To == null);

    private static string Leads(RestoreRow row) => row.Table.Key.Length > 0 ? "gave the row another key" : "gave the row other values";

    // A row that has the place and what the changes left there is taken for the same.
    private void Doubt(RestoreRow row)
    {
        HasUnfollowed = true;
        row.IsUnfollowed = row.Verdict is RestoreVerdict.AlreadyRestored or RestoreVerdict.ChangedSince;
        if (row.IsUnfollowed)
            row.Reason = (row.Reason == null ? string.Empty : $"{row.Reason}; ")
                + $"whether something that was not chosen {Leads(row)} since was not looked for: give -LogPath beside the rows";
    }

    /// <summary>The key of an image of which perhaps nothing else is right.</summary>
    public OrderedDictionary? DecodeKey(TableMap map, byte[] image)
    {
        try
        {
            return StoredRow.DecodeKey(map, image, _scratch);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            return null;
        }
    }

    public void Dispose() => _scratch.Dispose();

    private RowOperation ActionOf(in NetChange change)
    {
        (FoldedRow.Image from, FoldedRow.Image to) = form.Reverse ? (change.Last, change.First) : (change.First, change.Last);
        return !from.IsRow ? RowOperation.Insert : to.IsRow ? RowOperation.Update : RowOperation.Delete;
    }

    private static string? Problem(NetChangeFlags flags) => flags switch
    {
        _ when flags.HasFlag(NetChangeFlags.Partial) => "the log holds only some columns of the row (binlog_row_image is not FULL)",
        _ when flags.HasFlag(NetChangeFlags.Reshaped) => "the columns of the table were changed between the changes of the row",
        _ when flags.HasFlag(NetChangeFlags.Interrupted) =>
            "something that was not chosen changed the row between its changes: choose that as well",
        _ => null,
    };

    private static string? ChosenColumnsProblem(RestoreTable table, bool[] chosen, StoredRow? from, StoredRow? to)
    {
        if (!Array.Exists(chosen, c => c))
            return "the table has none of the columns that -Column names";
        if (from == null || to == null)
            return "-Column sets columns of rows that were updated; this row was inserted or deleted as a whole";
        if (table.Key.Length == 0)
            return "-Column finds rows by their key, and the table has none";
        return Array.Exists(table.Key, k => !from.IsSame(to, k) && !chosen[k])
            ? "the update changed the key, by which the row is found: name the key in -Column too" : null;
    }

    private void JudgeKeyed(RestoreTable table, RestoreRow[] group, bool locks)
    {
        StoredRow?[] found = rows.Read(table, [.. group.Select(r => r.From ?? r.To!)], locks);
        RestoreRow[] moves = [.. group.Where(r => r.IsMove)];
        StoredRow?[] targets = rows.Read(table, [.. moves.Select(r => r.To!)], locks);
        for (int i = 0; i < moves.Length; i++)
            moves[i].NowAtTarget = targets[i];
        for (int i = 0; i < group.Length; i++)
        {
            RestoreRow row = group[i];
            row.Now = IsOther(row, found[i]) ? null : found[i];
            // Where only the spelling of the key changes, the row is the one at both keys.
            if (row.NowAtTarget != null && row.Now != null && row.NowAtTarget.Hash(table.Key) == row.Now.Hash(table.Key))
                row.NowAtTarget = null;
            Judgement judgement = table.Judge.Judge(row.From, row.To, row.Now, row.NowAtTarget);
            row.Decide(judgement.Verdict, ReasonOf(judgement, table), judgement.Columns);
            if (judgement.Kept.Length > 0)
                row.To = row.To!.With(row.From!, judgement.Kept.Contains);
        }
    }

    /// <summary>Whether the row that has this one's key is another one of the changes, restored before.</summary>
    private bool IsOther(RestoreRow row, StoredRow? now)
    {
        if (now == null || row.From == null)
            return false;
        int[] columns = row.Table.Compared;
        if (Array.TrueForAll(columns, c => now.IsSame(row.From, c)))
            return false;
        int number = changes.FindComing(now.Hash(row.Table.Key));
        return number >= 0 && number != row.Number && Load(number).To is { } to && Array.TrueForAll(columns, c => now.IsSame(to, c));
    }

    private static string? ReasonOf(in Judgement judgement, RestoreTable table)
    {
        string columns = string.Join(", ", judgement.Columns.Select(c => table.Map.Columns[c].Name));
        return judgement.Verdict switch
        {
            RestoreVerdict.ChangedSince => $"changed since: {columns}",
            RestoreVerdict.Gone => "the row is no longer there",
            RestoreVerdict.Occupied => $"another row has the key: {columns} {(judgement.Columns.Length == 1 ? "differs" : "differ")}",
            _ => null,
        };
    }

    private void JudgeKeyless(RestoreTable table, RestoreRow[] group, bool locks)
    {
        int[] columns = table.Compared;
        StoredRow[] images = [.. group.SelectMany(r => new[] { r.From, r.To }).OfType<StoredRow>().DistinctBy(r => r.Hash(columns))];
        var present = new Dictionary<UInt128, (long Count, StoredRow Row)>();
        foreach (StoredRow row in rows.Select(table, ExactCondition(table, images), locks))
        {
            UInt128 hash = row.Hash(columns);
            present[hash] = (present.GetValueOrDefault(hash).Count + 1, row);
        }

        foreach (RestoreRow row in group)
        {
            (long Touched, long Now)? from = null, to = null;
            long stayed = 0, came = 0;
            bool wereSwept = false;
            if (row.From != null)
            {
                (long first, long last, long restored, _) = changes.CountEqual(row.From);
                row.Now = present.GetValueOrDefault(row.From.Hash(columns)).Row;
                from = ((form.Reverse ? last : first) + restored, present.GetValueOrDefault(row.From.Hash(columns)).Count);
                stayed = form.Reverse ? first : last;
            }

            if (row.To != null)
            {
                (long first, long last, long restored, bool swept) = changes.CountEqual(row.To);
                wereSwept = form.Reverse && swept;
                row.Now ??= present.GetValueOrDefault(row.To.Hash(columns)).Row;
                to = (form.Reverse ? first : last, present.GetValueOrDefault(row.To.Hash(columns)).Count);
                came = (form.Reverse ? last : first) + restored;
            }

            RestoreVerdict verdict = RowJudge.JudgeKeyless(from, to, stayed, came, wereSwept);
            row.Decide(verdict, verdict switch
            {
                RestoreVerdict.NotTold => "the table has no key, and "
                    + (from is { } f && f.Now != f.Touched ? $"{f.Now} rows are as the changes left {f.Touched}" : $"{to?.Now} rows are "
                    + $"already as {to?.Touched} are to become: they may be those, or others like them that the statement left, which "
                    + "the log does not have, or which chose among equal rows (LIMIT)"),
                RestoreVerdict.Gone => "the row is no longer there",
                _ => null,
            });
        }
    }

    private string ExactCondition(RestoreTable table, StoredRow[] images)
    {
        using var sql = new TextBuffer();
        var statement = new RowStatement(sql);
        SqlTable target = SqlTable.For(table.Map, form);
        for (int i = 0; i < images.Length; i++)
        {
            sql.Append(i > 0 ? " OR ("u8 : "("u8);
            if (images[i].Image == null)
                PackedStatements.WriteExactCondition(table, images[i], sql);
            else
                statement.WriteExactCondition(target, table.Map.Layout, images[i].Image);
            sql.Append((byte)')');
        }

        return sql.ToString();
    }
}
