using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>
/// A table in every era of a log. What it was is found from what it is, by taking the definitions back one by one, or from
/// what it was at the beginning, by following them.
/// </summary>
internal sealed class TableEras
{
    private TableEras(IReadOnlyList<TrailStep> steps, TableEra[] eras, IReadOnlyList<PastColumn> key) =>
        (Steps, All, Key) = (steps, eras, key);

    /// <summary>The definitions; each ends the era of its number.</summary>
    public IReadOnlyList<TrailStep> Steps { get; }

    /// <summary>One more than there are definitions.</summary>
    public IReadOnlyList<TableEra> All { get; }

    /// <summary>The columns by which rows are told apart; empty where there is no key.</summary>
    public IReadOnlyList<PastColumn> Key { get; }

    /// <summary>The names that the table has had.</summary>
    public IEnumerable<TableName> Names => All.Select(e => e.Name).Distinct(TableName.IgnoreCase);

    /// <summary>Goes back from what a table is.</summary>
    public static TableEras Backward(TableSchema last, IReadOnlyList<TrailStep> steps)
    {
        var eras = new TableEra[steps.Count + 1];
        KeySchema? key = LogSchema.KeyOf(last);
        eras[^1] = new TableEra
        {
            Name = last.QualifiedName,
            Columns = [.. last.Columns.Select(c => new EraColumn(new PastColumn { Last = c.Name }, c.Name, c))],
        };
        PastColumn[] columns = KeyColumns(key, eras[^1]);
        for (int i = steps.Count - 1; i >= 0; i--)
            eras[i] = Before(eras[i + 1], steps[i], key);
        return new TableEras(steps, eras, columns);
    }

    /// <summary>Goes forward from what a table was.</summary>
    public static TableEras Forward(TableSchema first, IReadOnlyList<TrailStep> steps)
    {
        var catalog = new SchemaCatalog();
        catalog.Put(first);
        var tables = new List<TableSchema> { first };
        foreach (TrailStep step in steps)
        {
            if (step.Step != TableStep.Dropped)
                catalog.Apply(step.Definition.Statement, step.Definition.Database);
            tables.Add(catalog.Find(step.After.Database, step.After.Name) ?? TableSchema.Unknown(step.After, "it cannot be followed"));
        }

        var eras = new TableEra[tables.Count];
        KeySchema? key = LogSchema.KeyOf(tables[^1]);
        eras[^1] = Plain(tables[^1], (name, _) => new PastColumn { Last = name });
        PastColumn[] columns = KeyColumns(key, eras[^1]);
        for (int i = steps.Count - 1; i >= 0; i--)
        {
            TableEra after = eras[i + 1];
            TableEra guess = Before(after, steps[i], key);
            EraColumn[] known = [.. guess.Columns, .. guess.Unplaced];
            TrailStep step = steps[i];
            eras[i] = Plain(tables[i], (name, definition) => Trace(known, step, name, definition)) with { KeyProblem = guess.KeyProblem };
        }

        return new TableEras(steps, eras, columns);
    }

    /// <summary>Of a table of which nothing is known but what the log says.</summary>
    public static TableEras OfLog(TableName first, IReadOnlyList<TrailStep> steps) => new(
        steps, [LogEra(first), .. steps.Select(s => LogEra(s.After))], []);

    private static TableEra LogEra(TableName name) => new() { Name = name, Columns = [], IsOfLog = true };

    private static PastColumn[] KeyColumns(KeySchema? key, TableEra era) => key == null ? []
        : [.. key.Parts.Select(p => era.Columns.First(c => IsSame(c.Name, p.Column)).Column)];

    private static TableEra Plain(TableSchema table, Func<string, ColumnSchema, PastColumn> trace) => new()
    {
        Name = table.QualifiedName,
        Columns = [.. table.Columns.Select(c => new EraColumn(trace(c.Name, c), c.Name, c))],
        Problem = table.UnknownReason,
    };

    // What the column of an era becomes: the one of the next era that was called so before.
    private static PastColumn Trace(EraColumn[] known, TrailStep step, string name, ColumnSchema definition)
    {
        if (Array.Find(known, c => IsSame(c.Name, name)) is not { } same)
            return new PastColumn { DroppedBy = step.Definition };
        if (same.Pending is { } pending && same.Definition is { } after)
            pending.IsKept = IsKept(definition, after);
        return same.Column;
    }

    // Whether a value of a column is the same after the column was defined anew. NULL may have become something else.
    private static bool IsKept(ColumnSchema before, ColumnSchema after) => (after.IsNullable || !before.IsNullable)
        && after.Members.SequenceEqual(before.Members, StringComparer.Ordinal)
        && before with
        {
            Name = after.Name,
            IsNullable = after.IsNullable,
            HasOnUpdateNow = after.HasOnUpdateNow,
            IsAutoIncrement = after.IsAutoIncrement,
            IsInvisible = after.IsInvisible,
            Collation = after.Collation,
            Members = after.Members,
        } == after;

    private static TableEra Before(TableEra after, TrailStep step, KeySchema? key)
    {
        TableEra before = after with
        {
            Name = step.Before,
            Columns = Array.ConvertAll(after.Columns, c => c),
        };
        // Another table had the name before.
        if (step.Step is TableStep.Dropped or TableStep.Appeared)
            return LogEra(step.Before);
        if (step.Step != TableStep.Altered || after.IsOfLog)
            return before;
        if (step.Definition.Statement.Verb != "ALTER")
            return before with { KeyProblem = after.KeyProblem ?? FindKeyProblem(step.Definition, key) };
        AlteredTable altered;
        try
        {
            altered = AlterTableParser.Read(step.Definition.Statement, step.Definition.Database);
        }
        catch (RecoveryException e)
        {
            return before with { Problem = $"{step.Definition.Shown} cannot be followed: {e.Detail}" };
        }

        if (altered.Columns.IsConditional)
            before = before with { Problem = $"{step.Definition.Shown} does not say whether it changed the columns" };
        if (altered.ChangesPrimaryKey || (key is { IsPrimary: false } && altered.ChangesUniqueKeys))
            before = before with { KeyProblem = $"the table had another key before {step.Definition.Shown}" };
        return before with
        {
            Columns = TakeBack(after.Columns, altered, step.Definition),
            Unplaced =
            [
                .. TakeBack(after.Unplaced, altered, step.Definition),
                .. altered.Columns.Dropped.Select(name => new EraColumn(new PastColumn { DroppedBy = step.Definition }, name, null)),
            ],
            IsOrderKnown = after.IsOrderKnown && !altered.Columns.MovesColumns,
        };
    }

    private static EraColumn[] TakeBack(EraColumn[] columns, AlteredTable altered, LoggedDefinition by)
    {
        var result = new List<EraColumn>();
        foreach (EraColumn column in columns.Where(c => !altered.Columns.Added.Contains(c.Name, StringComparer.OrdinalIgnoreCase)))
        {
            string old = altered.Columns.Renamed.FirstOrDefault(r => IsSame(r.Value, column.Name)).Key ?? column.Name;
            bool isRedefined = altered.Columns.Redefined.Any(r => IsSame(r.OldName, old))
                || (altered.Converts && column.Definition?.IsText != false);
            Redefinition? pending = isRedefined ? new Redefinition(by) : column.Pending;
            if (isRedefined)
                column.Column.Redefinitions.Add(pending!);
            result.Add(column with { Name = old, Pending = pending });
        }

        return [.. result];
    }

    private static string? FindKeyProblem(LoggedDefinition definition, KeySchema? key)
    {
        StatementCursor cursor = definition.Statement.Open();
        bool isOfKey = cursor.Contains("PRIMARY") || definition.Statement.Text.Contains("`PRIMARY`", StringComparison.OrdinalIgnoreCase)
            || (key is { IsPrimary: false } && cursor.Contains("INDEX"));
        return isOfKey ? $"the table had another key before {definition.Shown}" : null;
    }

    private static bool IsSame(string? one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
