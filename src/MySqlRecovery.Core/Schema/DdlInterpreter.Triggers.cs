using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <content>CREATE TRIGGER and DROP TRIGGER.</content>
internal sealed partial class DdlInterpreter
{
    private void CreateTrigger()
    {
        _cursor.Accept("IF", "NOT", "EXISTS");
        TableName trigger = _cursor.QualifiedName(_currentDatabase);
        string timing = _cursor.AcceptAny("BEFORE", "AFTER") ?? throw _cursor.Unexpected("BEFORE or AFTER");
        var events = new List<string>();
        do
            events.Add(_cursor.AcceptAny("INSERT", "UPDATE", "DELETE") ?? throw _cursor.Unexpected("INSERT, UPDATE or DELETE"));
        while (_cursor.Accept("OR"));
        if (_cursor.Accept("OF")) // columns, MariaDB 12
        {
            while (!_cursor.AtEnd && !_cursor.IsWord("ON"))
                _cursor.Skip();
        }

        _cursor.Expect("ON");
        if (ReadTable(SchemaChangeKind.Alter) is TableSchema table)
        {
            IEnumerable<TriggerSchema> others = table.Triggers.Where(
                other => !string.Equals(other.Name, trigger.Name, StringComparison.OrdinalIgnoreCase));
            _catalog.Put(table with { Triggers = [.. others, new TriggerSchema(trigger.Name, timing, string.Join(',', events))] });
        }
    }

    private void DropTrigger()
    {
        _cursor.Accept("IF", "EXISTS");
        TableName trigger = _cursor.QualifiedName(_currentDatabase);
        TableSchema[] owners = [.. _catalog.Tables.Where(table =>
            (table.Database == null || table.Database == trigger.Database) && table.Triggers.Any(IsMeant))];
        foreach (TableSchema owner in owners)
        {
            TableSchema table = InDatabase(owner, trigger.Database);
            Concern(SchemaChangeKind.Alter, table.QualifiedName);
            _catalog.Put(table with { Triggers = [.. table.Triggers.Where(other => !IsMeant(other))] });
        }

        bool IsMeant(TriggerSchema other) => string.Equals(other.Name, trigger.Name, StringComparison.OrdinalIgnoreCase);
    }
}
