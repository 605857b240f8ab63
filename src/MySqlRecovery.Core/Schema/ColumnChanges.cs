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
/// first along the old columns, then what is added or placed, one after the other. So two columns can swap their names.
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
    private readonly HashSet<ColumnChange> _again = new(ReferenceEqualityComparer.Instance);
    private readonly bool _takesAnyName;

    /// <param name="cursor">Reads the statement.</param>
    /// <param name="columns">The table's columns before it.</param>
    /// <param name="takesAnyName">Whether the columns are not known, and every name may be one of them.</param>
    public ColumnChanges(StatementCursor cursor, IEnumerable<ColumnSchema> columns, bool takesAnyName = false)
    {
        _cursor = cursor;
        _takesAnyName = takesAnyName;
        _old = [.. columns];
        foreach (ColumnSchema column in _old)
            _byName[column.Name] = column;
    }

    /// <summary>The new names of renamed columns by their old ones.</summary>
    public IReadOnlyDictionary<string, string> Renamed => _renamed;

    /// <summary>The columns that are gone.</summary>
    public IReadOnlyCollection<string> Dropped => _dropped;

    /// <summary>What is defined anew, by the old name.</summary>
    public IEnumerable<(string OldName, ColumnSchema Column)> Redefined => _replaced.Select(r => (r.Key, r.Value.Draft.Column));

    /// <summary>The columns that come.</summary>
    public IEnumerable<string> Added =>
        _placed.Where(p => p.OldName == null).Select(p => p.Draft.Column.Name).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether columns that stay change their places.</summary>
    public bool MovesColumns => _placed.Exists(p => p.OldName != null);

    /// <summary>Whether it was asked for a column that may or may not be there.</summary>
    public bool IsConditional { get; private set; }

    public bool Exists(string name)
    {
        IsConditional |= _takesAnyName;
        return _takesAnyName || _byName.ContainsKey(name);
    }

    /// <summary>Whether a column has this name before or, which MariaDB takes as well, after the changes so far.</summary>
    public bool WillExist(string name) => Exists(name) || IsAdded(name) || _renamed.Values.Contains(name, StringComparer.OrdinalIgnoreCase);

    private bool IsAdded(string name) => _placed.Exists(p => p.OldName == null && IsSame(p.Draft.Column.Name, name));

    private static bool IsSame(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    public void Drop(string name) => _dropped.Add(Existing(name));

    public void Rename(string name, string newName) => _renamed[Existing(name)] = newName;

    public void SetInvisible(string name, bool invisible) => _invisible[Existing(name)] = invisible;

    public void Define(ColumnChange change)
    {
        if (_placed.Count > TableDraft.MaxColumns)
            throw _cursor.Impossible($"more than {TableDraft.MaxColumns} columns");
        string newName = change.Draft.Column.Name;
        // MariaDB: a column that the statement itself adds may be defined anew, under its name.
        if (change.OldName == null || (IsSame(change.OldName, newName) && !_byName.ContainsKey(newName) && IsAdded(newName)))
        {
            ColumnChange added = change with { OldName = null };
            if (change.OldName != null)
                _again.Add(added);
            _placed.Add(added);
            return;
        }

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
            else
                result.Add(change.Draft.Resolve(text));
        }

        // Each from where it is, so that a column can go after one that is moved later.
        foreach (ColumnChange change in _placed)
        {
            if (change.OldName != null || _again.Contains(change))
                result.RemoveAll(column => IsSame(column.Name, change.Draft.Column.Name));
            result.Insert(Position(result, change), change.Draft.Resolve(text));
        }

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
        int before = columns.FindIndex(column => IsSame(column.Name, change.After));
        return before < 0 ? throw NoColumn(change.After) : before + 1;
    }

    private string Existing(string name) => _byName.TryGetValue(name, out ColumnSchema? column) ? column.Name
        : _takesAnyName ? name : throw NoColumn(name);

    private Model.RecoveryException NoColumn(string name) => _cursor.Impossible($"there is no column {name}");
}
