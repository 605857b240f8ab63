using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>A step in the life of a table.</summary>
/// <param name="Definition">The statement.</param>
/// <param name="Step">What it did.</param>
/// <param name="Before">The table's name before.</param>
/// <param name="After">The table's name after.</param>
internal sealed record TrailStep(LoggedDefinition Definition, TableStep Step, TableName Before, TableName After)
{
    /// <summary>Whether the definition that an event is, is that of the step.</summary>
    public bool IsAt(LoggedDefinition other) => other.LogFile == Definition.LogFile && other.Position == Definition.Position;
}

/// <summary>Follows a table through the definitions of a log, whatever it is called in between.</summary>
internal static class TableTrail
{
    /// <summary>From the beginning on.</summary>
    /// <param name="name">What the table is called at the beginning.</param>
    /// <param name="definitions">All of the log, in their order.</param>
    /// <param name="last">What it is called at the end; null where it is gone.</param>
    /// <returns>The steps; null where there was no table of that name at the beginning.</returns>
    public static List<TrailStep>? Follow(TableName name, IEnumerable<LoggedDefinition> definitions, out TableName? last)
    {
        var steps = new List<TrailStep>();
        last = name;
        foreach (LoggedDefinition definition in definitions)
        {
            TableStep step = definition.StepOf(name, out TableName after);
            if (step == TableStep.None)
                continue;
            if (step == TableStep.Appeared)
                return null;
            steps.Add(new TrailStep(definition, step, name, after));
            name = after;
            last = step == TableStep.Dropped ? null : after;
            if (last == null)
                break;
        }

        return steps;
    }

    /// <summary>From the end back. Where the table came anew, the one that had its name before is followed on.</summary>
    /// <param name="name">What the table is called at the end.</param>
    /// <param name="definitions">All of the log, in their order.</param>
    public static List<TrailStep> FollowBack(TableName name, IReadOnlyList<LoggedDefinition> definitions)
    {
        var steps = new List<TrailStep>();
        for (int i = definitions.Count - 1; i >= 0; i--)
        {
            LoggedDefinition definition = definitions[i];
            TableName before = name;
            foreach ((TableName old, TableName renamed) in definition.Renames.Reverse())
                before = LoggedDefinition.IsSame(renamed, before) ? old : before;
            TableStep step = definition.StepOf(before, out TableName after);
            if (step == TableStep.None)
                continue;
            // What had the name until then has gone on under another.
            if (!LoggedDefinition.IsSame(after, name))
                step = TableStep.Dropped;
            steps.Add(new TrailStep(definition, step, before, name));
            name = before;
        }

        steps.Reverse();
        return steps;
    }
}
