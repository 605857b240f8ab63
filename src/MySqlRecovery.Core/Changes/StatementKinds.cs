
namespace MySqlRecovery.Changes;

/// <summary>Where an event stands in the statement that undoes another.</summary>
[Flags]
internal enum StatementPart
{
    None = 0,

    /// <summary>It is the last one.</summary>
    End = 0x1,

    /// <summary>The statement has events of other tables or operations, too.</summary>
    OfSeveral = 0x2,
}

/// <summary>
/// Tells statements that did one thing to one table from others: where foreign keys are the SQL layer's (MySQL 9.6+), those hold
/// what a cascade or a REPLACE did, which is undone event by event.
/// </summary>
internal sealed class StatementKinds(ChangeIndex index)
{
    private readonly bool _matters = index.Format is { IsMariaDb: false } format && format.IsAtLeast(9, 6, 0);
    private int _statement = -1;
    private StatementPart _part;

    /// <summary>What is to be known of an event where its flags say that foreign keys are the SQL layer's.</summary>
    /// <param name="number">The event.</param>
    /// <param name="first">The first event of its transaction.</param>
    /// <param name="end">Where the events of its transaction end.</param>
    public StatementPart PartOf(int number, int first, int end)
    {
        if (!_matters)
            return StatementPart.None;
        IndexedEvent item = index.Events[number];
        if (item.Statement == _statement)
            return _part;
        (_statement, _part) = (item.Statement, StatementPart.None);
        Look(number, -1, first - 1, item);
        Look(number, 1, end, item);
        return _part;
    }

    private void Look(int number, int step, int end, in IndexedEvent item)
    {
        for (number += step; number != end && _part == StatementPart.None && index.Events[number] is var other; number += step)
        {
            if (other.Statement != item.Statement)
                return;
            if (other.Map != item.Map || other.Type != item.Type)
                _part = StatementPart.OfSeveral;
        }
    }
}
