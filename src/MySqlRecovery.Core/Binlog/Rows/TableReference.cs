using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>A foreign key, by which rows of one table refer to rows of another, or of the same.</summary>
/// <param name="Name">Its name, of which a table has one.</param>
/// <param name="Child">The table that refers.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Parent">The table that is referred to.</param>
/// <param name="ReferencedColumns">Its columns in the same order; empty for its primary key.</param>
/// <param name="CarriesDeletes">Whether rows of the child go or change with a deleted row of the parent.</param>
/// <param name="CarriesUpdates">Whether they do with a changed key of the parent.</param>
internal sealed record TableReference(
    string Name, TableName Child, string[] Columns, TableName Parent, string[] ReferencedColumns, bool CarriesDeletes,
    bool CarriesUpdates)
{
    /// <summary>Whether rows of the child go with a deleted row of the parent.</summary>
    public bool TakesChildren { get; init; }

    /// <summary>Whether it is a table's that refers.</summary>
    public bool IsOfChild(TableName table) => TableName.IgnoreCase.Equals(Child, table);

    /// <summary>Whether it is a table that it refers to.</summary>
    public bool IsOfParent(TableName table) => TableName.IgnoreCase.Equals(Parent, table);

    /// <summary>Whether it changes rows of the child along with rows of a table.</summary>
    public bool CarriesOn(TableName parent, RowOperation operation) =>
        IsOfParent(parent) && (operation == RowOperation.Delete ? CarriesDeletes : CarriesUpdates);
}
