using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>A column through all its names and definitions.</summary>
internal sealed class PastColumn
{
    /// <summary>Its name in the last era; null for one that was dropped.</summary>
    public string? Last { get; init; }

    /// <summary>What dropped it, where <see cref="Last"/> is null.</summary>
    public LoggedDefinition? DroppedBy { get; init; }

    /// <summary>What defined it anew, each with whether a value from before is the same after; null where nothing tells.</summary>
    public List<Redefinition> Redefinitions { get; } = [];

    /// <summary>Why values of the last era do not tell what they were; null where they do.</summary>
    public string? FindLoss()
    {
        if (DroppedBy != null)
            return $"was dropped since: {DroppedBy.Shown}";
        if (Redefinitions.Find(r => r.IsKept == false) is { } changed)
            return $"had another type before: {changed.By.Shown}";
        return Redefinitions.Find(r => r.IsKept == null) is { } open
            ? $"may have had another type before, and no row in the log tells: {open.By.Shown}" : null;
    }
}

/// <summary>A statement that defined a column anew.</summary>
internal sealed class Redefinition(LoggedDefinition by)
{
    public LoggedDefinition By { get; } = by;

    public bool? IsKept { get; set; }
}

/// <summary>A column in one era.</summary>
/// <param name="Column">The column through all eras.</param>
/// <param name="Name">Its name in this one.</param>
/// <param name="Definition">Its definition, in this one or, with <paramref name="Pending"/>, in the next; null where none is known.</param>
/// <param name="Pending">What made the definition of the next era, so that a table map must tell whether it was the same before.</param>
internal sealed record EraColumn(PastColumn Column, string Name, ColumnSchema? Definition, Redefinition? Pending = null);

/// <summary>A table between two definitions.</summary>
internal sealed record TableEra
{
    public required TableName Name { get; init; }

    /// <summary>The columns in their order.</summary>
    public required EraColumn[] Columns { get; init; }

    /// <summary>Columns that were dropped later, of which nothing says where among the others they were.</summary>
    public EraColumn[] Unplaced { get; init; } = [];

    /// <summary>Whether <see cref="Columns"/> are in their order.</summary>
    public bool IsOrderKnown { get; init; } = true;

    /// <summary>Whether nothing is known but what the log says itself.</summary>
    public bool IsOfLog { get; init; }

    /// <summary>Why nothing is known of the columns; null where they are known.</summary>
    public string? Problem { get; init; }

    /// <summary>Why the key of the last era does not tell rows apart in this one; null where it does.</summary>
    public string? KeyProblem { get; init; }

    /// <summary>Whether a table map of this era has yet to say what a column was like before it was defined anew.</summary>
    public bool AwaitsTableMap => Columns.Concat(Unplaced).Any(c => c is { Definition: not null, Pending.IsKept: null });

    /// <summary>Adds names and types to a table map of this era.</summary>
    /// <param name="map">The table map.</param>
    /// <param name="key">The columns of the key.</param>
    public void Complete(TableMap map, IReadOnlyList<PastColumn> key)
    {
        if (IsOfLog)
            return;
        map.SchemaProblem = Problem ?? Place(map, out EraColumn?[] placed) ?? Take(map, placed, key);
        map.HasSchema = map.SchemaProblem == null;
    }

    /// <summary>Which column of the table map a column is; -1 where that is not known.</summary>
    public int IndexOf(TableMap map, PastColumn column)
    {
        EraColumn? here = Columns.Concat(Unplaced).FirstOrDefault(c => c.Column == column);
        return here == null ? -1
            : Array.FindIndex(map.Columns, c => c.IsNameKnown && string.Equals(c.Name, here.Name, StringComparison.OrdinalIgnoreCase));
    }

    private string? Take(TableMap map, EraColumn?[] placed, IReadOnlyList<PastColumn> key)
    {
        for (int i = 0; i < placed.Length; i++)
        {
            if (placed[i] is not { } column)
                continue;
            if (column.Pending != null)
                TakePending(map.Columns[i], column);
            else if (column.Definition != null && SchemaComparison.FindProblem(map.Columns[i], Named(column)) is { } problem)
                return problem;
            else if (column.Definition != null)
                LogSchema.Complete(map.Columns[i], Named(column));
            (map.Columns[i].Name, map.Columns[i].IsNameKnown) = (column.Name, true);
        }

        if (KeyProblem == null && key.Count > 0)
        {
            int[] ordinals = [.. key.Select(c => Array.FindIndex(placed, p => p?.Column == c))];
            if (Array.IndexOf(ordinals, -1) >= 0)
                return "the log does not name the columns, and it cannot be told which of them are the key";
            (map.PrimaryKey, map.IsPrimaryKeyKnown) = (ordinals, true);
        }

        map.SchemaDoubt = FindDoubt(map, placed);
        return null;
    }

    // Why the values of a row may be others than they seem; null where they are not.
    private string? FindDoubt(TableMap map, EraColumn?[] placed)
    {
        for (int i = 0; i < placed.Length; i++)
        {
            ColumnDefinition logged = map.Columns[i];
            if (placed[i] is not { } column)
            {
                if (logged.IsNameKnown)
                    continue;
                return $"the log does not name the columns, and it cannot be told which of them is {Unplaced[0].Name}";
            }

            bool isTold = (!logged.IsInteger || logged.IsUnsigned != null) && (!logged.IsCharacter || logged.CharacterSet != null)
                && (!logged.IsEnumOrSet || logged.Members != null);
            if ((column.Pending?.By ?? column.Column.DroppedBy) is { } by && !isTold)
                return $"the log does not say how column {column.Name} was defined before {by.Shown}";
        }

        return null;
    }

    // A definition of later holds where the table map says all that matters, and says the same.
    private static void TakePending(ColumnDefinition logged, EraColumn column)
    {
        Redefinition pending = column.Pending!;
        if (column.Definition == null)
            return;
        ColumnSchema named = Named(column) with { IsNullable = logged.IsNullable };
        bool saysAll = (!logged.IsNumeric || logged.IsUnsigned != null || logged.Type == ColumnType.Year)
            && (!column.Definition.IsText || logged.CharacterSet != null) && (!logged.IsEnumOrSet || logged.Members != null);
        if (saysAll)
            pending.IsKept ??= SchemaComparison.FindProblem(logged, named) == null && (column.Definition.IsNullable || !logged.IsNullable);
        if (pending.IsKept == true)
            LogSchema.Complete(logged, named);
    }

    private static ColumnSchema Named(EraColumn column) => column.Definition! with { Name = column.Name };

    private string? Place(TableMap map, out EraColumn?[] placed)
    {
        ColumnDefinition[] logged = map.Columns;
        placed = new EraColumn?[logged.Length];
        if (Array.TrueForAll(logged, c => c.IsNameKnown))
        {
            foreach (EraColumn column in Columns.Concat(Unplaced))
            {
                int at = Array.FindIndex(logged, c => string.Equals(c.Name, column.Name, StringComparison.OrdinalIgnoreCase));
                if (at < 0)
                    return $"the log has no column {column.Name}, which the table should have had";
                placed[at] = column;
            }

            return null;
        }

        if (!IsOrderKnown)
            return "the log does not name the columns, and they were in another order then";
        if (logged.Length != Columns.Length + Unplaced.Length)
            return $"the table should have had {Columns.Length + Unplaced.Length} columns, the log has {logged.Length}";
        int[] first = Fit(logged, 0, 1), last = Fit(logged, logged.Length - 1, -1);
        if (first.Length < Columns.Length || last.Length < Columns.Length)
            return "the columns of the log do not fit those that the table should have had";
        Array.Reverse(last);
        for (int i = 0; i < Columns.Length; i++)
        {
            if (first[i] == last[i])
                placed[first[i]] = Columns[i];
        }

        if (Unplaced.Length == 1 && placed.Count(p => p == null) == 1)
            placed[Array.IndexOf(placed, null)] = Unplaced[0];
        return null;
    }

    /// <summary>The first places, from one end, at which the columns can be one after the other; fewer than columns: they cannot.</summary>
    private int[] Fit(ColumnDefinition[] logged, int at, int step)
    {
        var places = new List<int>();
        IEnumerable<EraColumn> columns = step > 0 ? Columns : Enumerable.Reverse(Columns);
        foreach (EraColumn column in columns)
        {
            while (at >= 0 && at < logged.Length && !MayBe(logged[at], column))
                at += step;
            if (at < 0 || at >= logged.Length)
                break;
            places.Add(at);
            at += step;
        }

        return [.. places];
    }

    private static bool MayBe(ColumnDefinition logged, EraColumn column) =>
        column.Pending != null || column.Definition == null || SchemaComparison.FindProblem(logged, Named(column)) == null;
}
