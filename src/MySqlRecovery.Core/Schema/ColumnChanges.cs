using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>A column that ALTER TABLE adds or defines anew.</summary>
/// <param name="OldName">The column that it replaces; null: it is added.</param>
/// <param name="Draft">The definition.</param>
/// <param name="IsFirst">FIRST.</param>
/// <param name="After">The column of AFTER; null if there is none.</param>
internal sealed record ColumnChange(string? OldName, ColumnDraft Draft, bool IsFirst, string? After)
{
    /// <summary>Whether the statement says where the column goes.</summary>
    public bool IsPlaced => IsFirst || After != null;
}

/// <summary>
/// Collects what an ALTER TABLE does to the columns and then does it in the server's order (mysql_prepare_alter_table):
/// first along the old columns, then what is added or placed. So two columns can swap their names.
/// </summary>
internal sealed class ColumnChanges
{
    private readonly StatementCursor _cursor;
    private readonly List<ColumnSchema> _old;
    private readonly Dictionary<string, ColumnSchema> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _dropped = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _renamed = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, bool> _invisible = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ColumnChange> _replaced = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ColumnChange> _placed = [];

    public ColumnChanges(StatementCursor cursor, IEnumerable<ColumnSchema> columns)
    {
        _cursor = cursor;
        _old = [.. columns];
        foreach (ColumnSchema column in _old)
            _byName[column.Name] = column;
    }

    /// <summary>The new names of renamed columns by their old ones.</summary>
    public IReadOnlyDictionary<string, string> Renamed => _renamed;

    public bool Exists(string name) => _byName.ContainsKey(name);

    public void Drop(string name) => _dropped.Add(Existing(name));

    public void Rename(string name, string newName) => _renamed[Existing(name)] = newName;

    public void SetInvisible(string name, bool invisible) => _invisible[Existing(name)] = invisible;

    public void Define(ColumnChange change)
    {
        if (_placed.Count > TableDraft.MaxColumns)
            throw _cursor.Impossible($"more than {TableDraft.MaxColumns} columns");
        if (change.OldName == null)
        {
            _placed.Add(change);
            return;
        }

        string newName = change.Draft.Column.Name;
        if (newName != Existing(change.OldName))
            _renamed[change.OldName] = newName;
        if (!_replaced.TryAdd(change.OldName, change))
            throw _cursor.Impossible($"the column {change.OldName} is changed twice");
        if (change.IsPlaced)
            _placed.Add(change);
    }

    /// <summary>What a column of the table before is called after; null if it is gone.</summary>
    public string? NewName(string name) => _dropped.Contains(name) ? null : _renamed.GetValueOrDefault(name, name);

    /// <summary>The columns after.</summary>
    /// <param name="text">The table's default then.</param>
    /// <param name="converts">Whether it is for all columns (CONVERT TO CHARACTER SET).</param>
    public List<ColumnSchema> Apply(TextDefault text, bool converts)
    {
        var result = new List<ColumnSchema>(_old.Count + _placed.Count);
        foreach (ColumnSchema column in _old)
        {
            if (_dropped.Contains(column.Name))
                continue;
            if (!_replaced.TryGetValue(column.Name, out ColumnChange? change))
                result.Add(Adjusted(converts ? Promoted(column, text.CharacterSet) : column));
            else if (!change.IsPlaced)
                result.Add(change.Draft.Resolve(text));
        }

        foreach (ColumnChange change in _placed)
            result.Insert(Position(result, change), change.Draft.Resolve(text));
        return converts
            ? result.ConvertAll(
                column => column.IsText ? ColumnDraft.InCharacterSet(column, text.CharacterSet, text.Collation) : column) : result;
    }

    private static ColumnSchema Promoted(ColumnSchema column, string? characterSet) =>
        BlobType.IsText(column.DataType)
        && CharacterSets.ByName(column.CharacterSet)?.MaxBytes is { } bytes && CharacterSets.ByName(characterSet)?.MaxBytes is { } newBytes
            ? column with { DataType = BlobType.Converted(column.DataType, (uint)bytes, (uint)newBytes) }
            : column;

    private ColumnSchema Adjusted(ColumnSchema column) => column with
    {
        Name = _renamed.GetValueOrDefault(column.Name, column.Name),
        IsInvisible = _invisible.GetValueOrDefault(column.Name, column.IsInvisible),
    };

    private int Position(List<ColumnSchema> columns, ColumnChange change)
    {
        if (change.After == null)
            return change.IsFirst ? 0 : columns.Count;
        int before = columns.FindIndex(column => string.Equals(column.Name, change.After, StringComparison.OrdinalIgnoreCase));
        return before < 0 ? throw NoColumn(change.After) : before + 1;
    }

    private string Existing(string name) => _byName.TryGetValue(name, out ColumnSchema? column) ? column.Name : throw NoColumn(name);

    private Model.RecoveryException NoColumn(string name) => _cursor.Impossible($"there is no column {name}");
}
