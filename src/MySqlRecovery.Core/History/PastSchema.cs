using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>Completes the table maps of a scan for one table in the era at hand, and leaves the other tables to another source.</summary>
/// <param name="eras">The table.</param>
/// <param name="others">Knows the other tables, or null.</param>
internal sealed class PastSchema(TableEras eras, ITableSchemaSource? others) : ITableSchemaSource
{
    /// <summary>The number of the era in which the scan is.</summary>
    public int Era { get; private set; }

    public TableEra Present => eras.All[Era];

    /// <summary>Whether a table of the log is the one in question.</summary>
    public bool IsTable(TableMap map) => LoggedDefinition.IsSame(map.QualifiedName, Present.Name);

    /// <summary>The step that a definition is; the next era begins. Null where it does not concern the table.</summary>
    public TrailStep? Enter(LoggedDefinition definition)
    {
        if (Era >= eras.Steps.Count || !eras.Steps[Era].IsAt(definition))
            return null;
        return eras.Steps[Era++];
    }

    public void Complete(TableMap map)
    {
        if (IsTable(map))
            Present.Complete(map, eras.Key);
        else
            others?.Complete(map);
    }

    public bool IsFinal(TableMap map) => IsTable(map) || others?.IsFinal(map) != false;

    public IEnumerable<TableReference> FindReferences(TableName table) => others?.FindReferences(table) ?? [];

    public string? FindHiddenCascades(TableMap parent) => others?.FindHiddenCascades(parent);

    public void Observe(string statement, string database, SqlModes modes) => others?.Observe(statement, database, modes);

    public bool IsSelfContained(string database, string table) => others?.IsSelfContained(database, table) == true;
}
