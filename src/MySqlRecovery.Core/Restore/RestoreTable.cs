using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.Restore;

/// <summary>A table of the log and the table of the server into which its rows are restored.</summary>
internal sealed class RestoreTable
{
    private readonly string[] _names;

    /// <param name="map">The log's table; completed by what the server says.</param>
    /// <param name="name">Name on the server.</param>
    /// <param name="live">The server's definition; null where there is no such table.</param>
    /// <param name="form">Chosen columns and other names.</param>
    public RestoreTable(TableMap map, TableName name, TableSchema? live, SqlForm form)
    {
        Map = map;
        Name = name;
        Chosen = form.ChosenColumns(map);
        Problem = Complete(map, name, live);
        _names = [.. map.Columns.Select(c => SqlIdentifier.Quote(c.Name))];
        FullName = name.Quoted;
        Key = map.PrimaryKey;
        Columns = string.Join(", ", Enumerable.Range(0, _names.Length).Select(Expression));
        Compared = [.. Enumerable.Range(0, _names.Length).Where(i => !map.Columns[i].IsGenerated)];
        Judge = new RowJudge(
            map.Columns.Length, i => map.Columns[i].IsGenerated, i => map.Columns[i].HasOnUpdateNow == true, Chosen);
        HasTriggers = live?.Triggers.Count > 0;
        KeyIndex = Key.Length == 0 || live == null ? null : FindKeyIndex(live);
        UniqueKeys = Problem != null || live == null ? [] : [.. FindUniqueKeys(live)];
    }

    public TableMap Map { get; }

    /// <summary>Its name on the server.</summary>
    public TableName Name { get; }

    /// <summary>The name in backquotes.</summary>
    public string FullName { get; }

    /// <summary>Why rows of the log cannot be compared with those of the table; null where they can.</summary>
    public string? Problem { get; }

    /// <summary>Ordinals of the key by which rows are found; empty where there is none.</summary>
    public int[] Key { get; }

    /// <summary>Ordinals of the columns by which a row is known: those of the key, or all.</summary>
    public int[] Identity => Key.Length > 0 ? Key : Compared;

    /// <summary>
    /// The index of <see cref="Key"/>, by which rows are to be read: the server would lock all rows of a small table, those that
    /// others hold included.
    /// </summary>
    public string? KeyIndex { get; }

    /// <summary>The unique keys but for the one of <see cref="Key"/>.</summary>
    public IReadOnlyList<UniqueKey> UniqueKeys { get; }

    /// <summary>Foreign keys of the table, and those that refer to it.</summary>
    public IReadOnlyList<Reference> Parents { get; set; } = [];

    public IReadOnlyList<Reference> Children { get; set; } = [];

    public bool HasTriggers { get; }

    /// <summary>Ordinals of the columns that are not generated.</summary>
    public int[] Compared { get; }

    public RowJudge Judge { get; }

    /// <summary>The columns that updates may set; null for all.</summary>
    public bool[]? Chosen { get; }

    /// <summary>The expressions of all columns, for SELECT.</summary>
    public string Columns { get; }

    public string NameOf(int ordinal) => _names[ordinal];

    /// <summary>The expression that gives a column as <see cref="StoredValue"/> has it.</summary>
    public string Expression(int ordinal) => StoredValue.Expression(Map.Columns[ordinal], _names[ordinal]);

    public int Find(string column) => Array.FindIndex(Map.Columns, c => string.Equals(c.Name, column, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the server may take other bytes for the same value.</summary>
    public bool IsTextual(int ordinal) => Map.Columns[ordinal] is { IsCharacter: true, CharacterSet: not { IsBinary: true } };

    private static string? Complete(TableMap map, TableName name, TableSchema? live)
    {
        if (map.SchemaProblem != null)
            return map.SchemaProblem;
        if (live == null)
            return "the server has no such table, or the account may not see it";
        if (live.UnknownReason != null)
            return $"the table's definition cannot be read: {live.UnknownReason}";
        var catalog = new SchemaCatalog();
        catalog.Put(live.RenamedTo(new TableName(map.Database, map.Table)));
        new LogSchema(catalog).Complete(map);
        if (map.SchemaProblem != null)
            return $"{name} was altered since: {map.SchemaProblem}";
        if (map.RowEnd != null)
            return "the table is system-versioned: SQL cannot write its history";
        return Array.TrueForAll(map.Columns, c => c.IsNameKnown) ? null : "the log does not name the columns";
    }

    private string? FindKeyIndex(TableSchema live) => live.Keys.FirstOrDefault(
        k => k.IsUnique && k.Parts.Select(p => p.Column == null || p.PrefixLength != null ? -1 : Find(p.Column)).SequenceEqual(Key))?.Name;

    private IEnumerable<UniqueKey> FindUniqueKeys(TableSchema live)
    {
        foreach (KeySchema key in live.Keys.Where(k => k.IsUnique))
        {
            if (key.Parts.Any(p => p.Column == null))
                continue;
            int[] ordinals = [.. key.Parts.Select(p => Find(p.Column!))];
            bool isPlain = key.Parts.All(p => p.PrefixLength == null);
            if (!isPlain || !ordinals.SequenceEqual(Key))
                yield return new UniqueKey(key.Name, ordinals, [.. key.Parts.Select(p => p.PrefixLength)]);
        }
    }
}

/// <summary>A unique key of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Ordinals.</param>
/// <param name="Prefixes">How many characters of each count; null for all.</param>
internal sealed record UniqueKey(string Name, int[] Columns, uint?[] Prefixes);

/// <summary>A foreign key.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Child">The table that refers.</param>
/// <param name="ChildColumns">Its columns.</param>
/// <param name="Parent">The table that is referred to.</param>
/// <param name="ParentColumns">Its columns, in the order of the child's.</param>
/// <param name="DeleteRule">CASCADE, SET NULL, RESTRICT, NO ACTION.</param>
/// <param name="ParentIndex">The unique index of the parent's columns; null where there is none.</param>
internal sealed record Reference(
    string Name, TableName Child, string[] ChildColumns, TableName Parent, string[] ParentColumns, string DeleteRule, string? ParentIndex);
