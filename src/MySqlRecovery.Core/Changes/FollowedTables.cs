using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// Tables that RENAME gave other names after rows of them were read: as <c>-TableMap</c> names the new one, the rows are written
/// there. What happens to the table under its new name happens to them.
/// </summary>
/// <param name="renames">Under which names tables are written; null where rows are not written to renamed tables.</param>
internal sealed class FollowedTables(TableRenames? renames)
{
    private readonly Dictionary<TableMap, TableName> _places = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TableName, TableName> _left = [];

    /// <summary>The name that a table has by now, as far as it was followed.</summary>
    public TableName PlaceOf(TableMap map) =>
        _places.Count > 0 && _places.TryGetValue(map, out TableName? place) ? place : map.QualifiedName;

    /// <summary>Whether a table of this name was followed to it.</summary>
    public bool Has(TableName name) => _places.ContainsValue(name);

    /// <summary>Whether a table of this name was followed to another: rows that come now are of one that has the name since.</summary>
    public bool IsLeft(TableName name) => _left.Count > 0 && _left.ContainsKey(name);

    /// <summary>What is to be said of rows of a table that took the name of one that was followed; null for others.</summary>
    public string? ObstacleOf(TableMap map) => !IsLeft(map.QualifiedName) ? null
        : $"another table had this name before, which is {_left[map.QualifiedName].Listed} now, where -TableMap would write the rows "
            + "of both: undo one at a time";

    /// <summary>The table under the name that it had when it was followed; itself where it was not.</summary>
    public TableMap AsFollowed(TableMap map)
    {
        foreach ((TableName name, TableName place) in _left)
        {
            if (place == map.QualifiedName)
                return map.Under(name);
        }

        return map;
    }

    /// <summary>Follows a table to another name if its rows are written there.</summary>
    public bool TryFollow(TableMap map, TableName place)
    {
        if (renames?.NameOf(map) != place)
            return false;
        _places[map] = _left[map.QualifiedName] = place;
        return true;
    }

    /// <summary>How rows can be written to a table that got another name; empty where they are not written to renamed tables.</summary>
    public string Advise(TableMap map, TableName place) => renames == null ? string.Empty
        : $"; -TableMap @{{ '{Text(map.QualifiedName)}' = '{Text(place)}' }} writes them to the table under its new name";

    private static string Text(TableName name) => name.Listed.Replace("'", "''", StringComparison.Ordinal);
}
