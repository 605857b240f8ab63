using MySqlRecovery.Model;

namespace MySqlRecovery.Restore;

/// <summary>What the values of a row alone say of restoring it.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Columns">The ordinals that it is about.</param>
/// <param name="Kept">Ordinals of the change that keep the value they have now.</param>
internal readonly record struct Judgement(RestoreVerdict Verdict, int[] Columns, int[] Kept)
{
    public Judgement(RestoreVerdict verdict, params int[] columns)
        : this(verdict, columns, [])
    {
    }
}

/// <summary>
/// Compares the row that the log left, the row that it is to become, and the row that the server has. Undoing and doing again
/// are the same with the first two changed over.
/// </summary>
internal sealed class RowJudge
{
    private readonly int[] _columns;
    private readonly bool[] _isSelfUpdating;
    private readonly bool[]? _chosen;

    /// <param name="columnCount">Columns of the table.</param>
    /// <param name="isGenerated">Whether the server computes a column: it is not compared.</param>
    /// <param name="isSelfUpdating">Whether every update sets a column to the time (ON UPDATE CURRENT_TIMESTAMP).</param>
    /// <param name="chosen">The columns that may be set; null for all.</param>
    public RowJudge(int columnCount, Func<int, bool> isGenerated, Func<int, bool> isSelfUpdating, bool[]? chosen = null)
    {
        _columns = [.. Enumerable.Range(0, columnCount).Where(i => !isGenerated(i))];
        _isSelfUpdating = [.. Enumerable.Range(0, columnCount).Select(isSelfUpdating)];
        _chosen = chosen;
    }

    /// <summary>The ordinals that differ and may be set.</summary>
    public int[] Touched(StoredRow from, StoredRow to) => Array.FindAll(_columns, i => _chosen?[i] != false && !from.IsSame(to, i));

    /// <summary>Decides about one row.</summary>
    /// <param name="from">The row as the changes left it; null where they left none.</param>
    /// <param name="to">The row as it is to become; null where there is to be none.</param>
    /// <param name="now">The row that the server has for the key of <paramref name="from"/>, else of <paramref name="to"/>.</param>
    /// <param name="nowAtTarget">Where an update moves the row to another key: the row that the server has there.</param>
    public Judgement Judge(StoredRow? from, StoredRow? to, StoredRow? now, StoredRow? nowAtTarget = null)
    {
        if (from == null)
            return JudgeInsert(to!, now);
        if (to == null)
            return JudgeDelete(from, now);
        if (nowAtTarget != null && Differing(to, nowAtTarget).Length == 0 && (now == null || Differing(from, now).Length > 0))
            return new(RestoreVerdict.AlreadyRestored);
        return now == null ? new(RestoreVerdict.Gone) : JudgeUpdate(from, to, now);
    }

    private Judgement JudgeInsert(StoredRow to, StoredRow? now)
    {
        if (now == null)
            return new(RestoreVerdict.Clean);
        int[] differing = Differing(to, now);
        return differing.Length == 0 ? new(RestoreVerdict.AlreadyRestored) : new(RestoreVerdict.Occupied, differing);
    }

    private Judgement JudgeDelete(StoredRow from, StoredRow? now)
    {
        if (now == null)
            return new(RestoreVerdict.AlreadyRestored);
        int[] differing = Differing(from, now);
        return differing.Length == 0 ? new(RestoreVerdict.Clean) : new(RestoreVerdict.ChangedSince, differing);
    }

    private Judgement JudgeUpdate(StoredRow from, StoredRow to, StoredRow now)
    {
        // A later edit of whatever column brings the time of the last one with it.
        int[] touched = Touched(from, to);
        int[] kept = Array.FindAll(touched, i => _isSelfUpdating[i] && !now.IsSame(from, i));
        if (Array.TrueForAll(touched, i => now.IsSame(to, i))
            || (kept.Length < touched.Length && Array.TrueForAll(touched, i => now.IsSame(to, i) || Array.IndexOf(kept, i) >= 0)))
            return new(RestoreVerdict.AlreadyRestored);
        int[] changed = Array.FindAll(touched, i => !now.IsSame(from, i) && Array.IndexOf(kept, i) < 0);
        if (changed.Length > 0)
            return new(RestoreVerdict.ChangedSince, changed);
        if (kept.Length == touched.Length)
            return new(RestoreVerdict.ChangedSince, kept);
        int[] others = Array.FindAll(_columns, i => !now.IsSame(from, i));
        return others.Length == 0 ? new(RestoreVerdict.Clean) : new(RestoreVerdict.Mergeable, others, kept);
    }

    private int[] Differing(StoredRow one, StoredRow other) => Array.FindAll(_columns, i => !one.IsSame(other, i));

    /// <summary>Decides about equal rows of a table without key.</summary>
    /// <param name="from">Rows that the changes left so, and rows of them that there are.</param>
    /// <param name="to">Rows that the changes found so, and rows of them that there are; null where there were none.</param>
    /// <param name="stayedFrom">Rows that the changes found as they left others: they are there once all is restored.</param>
    /// <param name="cameTo">Rows that the changes left as they found others: they are there until all is restored.</param>
    /// <param name="wereSwept">Whether the changes left none as they found these: those that are there came since.</param>
    public static RestoreVerdict JudgeKeyless(
        (long Touched, long Now)? from, (long Touched, long Now)? to, long stayedFrom, long cameTo, bool wereSwept = false)
    {
        bool isAsLeft = (from == null || from.Value.Now == from.Value.Touched) && (to == null || to.Value.Now == cameTo);
        if (isAsLeft)
            return RestoreVerdict.Clean;
        // That there are as many as were to come may mean that they came, or that there were more before.
        bool isAsFound = (from == null ? wereSwept : from.Value.Now == stayedFrom) && (to == null || to.Value.Now == to.Value.Touched);
        if (isAsFound)
            return RestoreVerdict.AlreadyRestored;
        return from is { Now: 0 } && to is { Now: 0 } ? RestoreVerdict.Gone : RestoreVerdict.NotTold;
    }
}
