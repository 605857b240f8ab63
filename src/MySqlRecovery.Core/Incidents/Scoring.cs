using System.Globalization;
using MySqlRecovery.Model;

namespace MySqlRecovery.Incidents;

/// <summary>An episode with what is unusual about it, in the tables where something is.</summary>
/// <param name="Episode">The episode.</param>
/// <param name="Score">0 to 100.</param>
/// <param name="Tables">Its tables that are concerned.</param>
/// <param name="Reasons">The weightiest first.</param>
internal sealed record ScoredEpisode(Episode Episode, int Score, IReadOnlyList<TableShare> Tables, string[] Reasons)
{
    public long RowCount => Tables.Sum(t => t.Rows.Inserted + t.Rows.Updated + t.Rows.Deleted);
}

/// <summary>Says how unusual episodes are, when all has been seen.</summary>
/// <param name="covered">The time from the first to the last change.</param>
/// <param name="habits">What is usual for sessions.</param>
internal sealed class Scoring(TimeSpan covered, IReadOnlyDictionary<(uint Server, uint Thread), SessionHabit> habits)
{
    /// <summary>Scores one.</summary>
    public ScoredEpisode Score(Episode episode)
    {
        bool isRun = episode.TransactionCount > 1;
        if (isRun && episode.Last - episode.First > Thresholds.HabitShare * covered)
            return new ScoredEpisode(episode, 0, [], []);
        var findings = new List<(double Points, string Reason, TableShare Share)>();
        foreach (TableShare share in episode.Tables)
        {
            foreach (RowOperation operation in RowCounts.Operations)
            {
                if (share.Rows[operation] >= Thresholds.LeastRows)
                    findings.AddRange(Judge(episode, share, operation, isRun));
            }
        }

        if (findings.Count == 0)
            return new ScoredEpisode(episode, 0, [], []);
        double[] byTable = [.. findings.GroupBy(f => f.Share).Select(g => g.Sum(f => f.Points)).OrderDescending()];
        double points = byTable[0] + 0.3 * byTable.Skip(1).Sum();
        var reasons = findings.OrderByDescending(f => f.Points).Select(f => f.Reason).ToList();
        if (points > Thresholds.Doubling && Habit(episode) is { } habit)
        {
            points += Thresholds.Burst;
            reasons.Add(habit);
        }

        // Whole transactions; of a run the tables where it is unusual, for a session may do its usual work beside it.
        IReadOnlyList<TableShare> tables =
            isRun && !DidNothingElse(episode) ? [.. findings.Select(f => f.Share).Distinct()] : episode.Tables;
        return new ScoredEpisode(episode, (int)Math.Clamp(Math.Round(points), 0, 100), tables, [.. reasons]);
    }

    private static IEnumerable<(double, string, TableShare)> Judge(Episode episode, TableShare share, RowOperation operation, bool isRun)
    {
        TableHistory table = share.Table;
        long size = share.Rows[operation];
        SizeHistory history = (isRun ? table.Runs : table.Transactions)[(int)operation - 1];
        double usual = history.UsualBut(size, episode), ratio = size / usual;
        if (ratio <= 1)
            yield break;
        double certainty = Math.Min(1, (table.TransactionCount - episode.TransactionCount + 4) / Thresholds.CertainAt);
        double weight = operation == RowOperation.Insert ? Thresholds.InsertWeight : 1;
        double points = Thresholds.Doubling * Math.Log2(ratio) * certainty * weight;
        string where = isRun ? "in a run" : "at once";
        yield return (points, Text($"{Done(operation)} {size} rows of {table.Name} {where}, where {usual:0} are usual"), share);
        if (ratio < Thresholds.OddAt || operation == RowOperation.Insert)
            yield break;
        long seen = table.SeenAt(share.NetBefore);
        string known = Text($"{Done(operation)} {size} of the {seen} rows that {table.Name} is seen to have");
        if (size >= 0.9 * seen && seen >= Thresholds.LeastRows)
            yield return (Thresholds.WholeTable, known, share);
        else if (size >= 0.5 * seen && seen >= Thresholds.LeastRows)
            yield return (Thresholds.HalfTable, known, share);
        if (operation == RowOperation.Update && share.Uniform?.Column is { } column)
            yield return (Thresholds.OneValue, $"gave {table.Name}.{column} one value everywhere", share);
        if (operation == RowOperation.Delete && !table.Inserters.Contains(episode.ThreadId))
            yield return (Thresholds.DeletesOnly, $"the session inserted no row into {table.Name}", share);
    }

    private bool DidNothingElse(Episode episode) => Find(episode)?.TransactionCount == episode.TransactionCount;

    private SessionHabit? Find(Episode episode) =>
        episode.ThreadId is { } thread ? habits.GetValueOrDefault((episode.ServerId, thread)) : null;

    private string? Habit(Episode episode)
    {
        if (Find(episode) is not { } habit)
            return null;
        if (DidNothingElse(episode))
            return "the session did nothing else";
        return habit.TransactionCount - episode.TransactionCount >= Thresholds.LeastRows && episode.RowCount >= 10 * habit.SecondLargest
            ? Text($"more than ten times as much as the session's other {habit.TransactionCount - episode.TransactionCount} transactions")
            : null;
    }

    private static string Done(RowOperation operation) => operation switch
    {
        RowOperation.Insert => "inserted",
        RowOperation.Update => "updated",
        _ => "deleted",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
