using System.Collections.Specialized;
using System.Runtime.InteropServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// Looks for rows that foreign keys tie to those that are to be undone, and that something else, which is not, changed later: rows
/// that came to refer to one that the undo takes away, which are left without it or go with it, and rows that went although the
/// undo brings back others that refer to them.
/// </summary>
/// <param name="given">Knows the foreign keys; null where only the log tells of tables that it made.</param>
/// <param name="tables">The tables of the undo.</param>
/// <param name="read">The tables that are read: those that foreign keys tie to them are added.</param>
/// <param name="columns">The only columns that the undo sets; empty for all.</param>
/// <param name="writesWholeRows">Whether the undo writes more of a row than the columns that were changed.</param>
/// <param name="known">Foreign keys that an earlier reading of the logs has met.</param>
internal sealed class LaterReferences(
    ITableSchemaSource? given, IReadOnlyCollection<TableName> tables, TableFilter read, string[] columns, bool writesWholeRows,
    IReadOnlyList<TableReference> known)
{
    /// <summary>More keys than this are not looked for.</summary>
    private const int MaximumKeys = 1 << 20;

    /// <summary>For no more keys it is kept which row was found.</summary>
    private const int MaximumLines = 1000;

    private readonly ITableSchemaSource _schema = given ?? new LogSchema(SchemaCatalog.Parse(string.Empty));
    private readonly TableFilter _tables = TableFilter.Only(tables);
    private readonly HashSet<TableName> _tied = new(TableName.IgnoreCase);
    private readonly Dictionary<TableMap, Tie[]> _ties = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<UInt128, TakenKey> _taken = [];
    private readonly Dictionary<UInt128, NeededKey> _needed = [];
    private readonly GivenUpKeys _givenUp = new();
    private FarCascades? _far;
    private readonly List<string> _unknown = [];
    private readonly HashSet<string> _hidden = new(StringComparer.Ordinal);
    private readonly HashSet<TableReference> _all = new(known, SameReference);
    private List<TableReference> _references = [];
    private HashSet<TableReference> _present = new(SameReference);
    private bool _hasChosen;
    private int _lines;

    /// <summary>Rows that the undo leaves as they are, once they are known: they tie nothing.</summary>
    public LeftOutRows? LeftOut { get; init; }

    /// <summary>Whether more keys were to be looked for than are.</summary>
    public bool IsFull { get; private set; }

    /// <summary>What stands in the way of looking, one line each.</summary>
    public IEnumerable<string> Unknown => _unknown.Concat(_far?.Lines ?? []);

    /// <summary>The tables that foreign keys tie to those of the undo, and that are none of them.</summary>
    public TableFilter? Others { get; private set; }

    /// <summary>Whether foreign keys came after rows that are to be undone, so that those were not looked at for them.</summary>
    public bool CameLate { get; private set; }

    /// <summary>All foreign keys that were met.</summary>
    public TableReference[] Met => [.. _all];

    /// <summary>Whether rows were chosen that foreign keys tie to others.</summary>
    public bool IsLooking => _taken.Count + _needed.Count > 0;

    /// <summary>What was found of each key, in no particular order: a line, or null where only its number was kept.</summary>
    public IEnumerable<string?> Findings =>
        _taken.Values.Where(k => k.Count > 0 && (k.Balance > 0 || k.IsCarried)).Select(k => k.Line)
            .Concat(_needed.Values.Where(k => k.Gone > 0).Select(k => k.Line));

    /// <summary>Takes in which foreign keys there are; another time after each definition.</summary>
    public void Follow()
    {
        _present = tables.SelectMany(_schema.FindReferences).ToHashSet(SameReference);
        _references = [.. _present.Concat(known).Distinct(SameReference)];
        foreach (TableReference reference in _references)
            CameLate |= _all.Add(reference) && _hasChosen;
        _ties.Clear();
        _far ??= new FarCascades(_schema);
        IEnumerable<TableName> far = _far.Follow(
            _references.Where(r => _tables.IsMatch(r.Child.Database!, r.Child.Name)).Select(r => r.Parent));
        foreach (TableName table in _references.SelectMany(r => (TableName[])[r.Child, r.Parent]).Concat(far))
        {
            if (_tables.IsMatch(table.Database!, table.Name) || !_tied.Add(table))
                continue;
            _schema.Include(table);
            read.Add(table);
            Others = TableFilter.Only(_tied);
        }
    }

    /// <summary>Takes a definition in.</summary>
    public void Observe(in EventView view)
    {
        if (!view.TryGetStatement(out string statement, out string database, out SqlModes modes)
            || LoggedStatement.Read(statement, modes) is not { Kind: LoggedStatementKind.Definition } definition)
            return;
        if (given == null)
            _schema.Observe(statement, database, modes);
        HashSet<TableReference> before = _present;
        Follow();
        if (_taken.Count > 0)
            ForgetDropped(definition, database, before);
    }

    // Rows of a table that is dropped refer to nothing any more, and neither do those of a foreign key.
    private void ForgetDropped(LoggedStatement definition, string database, HashSet<TableReference> before)
    {
        SchemaChange change = new SchemaCatalog().Apply(definition, database);
        foreach (UInt128 key in _taken.Keys)
        {
            ref TakenKey taken = ref CollectionsMarshal.GetValueRefOrNullRef(_taken, key);
            TableReference reference = taken.Reference!;
            bool isDropped = change.Kind == SchemaChangeKind.Alter
                ? before.Contains(reference) && !_present.Contains(reference) && Says(definition.Text, "DROP")
                    && Says(definition.Text, reference.Name) && !change.Renames(database).Any()
                : change.Kind == SchemaChangeKind.Drop && (IsSame(change.DroppedDatabase, reference.Child.Database)
                    || change.Tables.Any(t => TableName.IgnoreCase.Equals(t with { Database = t.Database ?? database }, reference.Child)));
            if (isDropped)
                (taken.Count, taken.Line) = (0, null);
        }
    }

    private static bool Says(string statement, string word) => statement.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static bool IsSame(string? one, string? other) => one != null && string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes in a row that is to be undone. One that is left as it is counts as what others did.</summary>
    public void Choose(EventScan scan, TableMap map, in RowCursor row)
    {
        _hasChosen = true;
        if (LeftOut?.Keeps(row) == false)
        {
            Observe(scan, map, row);
            return;
        }

        foreach (Tie tie in TiesOf(map))
        {
            if (!Concerns(map, tie, row))
                continue;
            IsFull |= _taken.Count + _needed.Count >= MaximumKeys;
            if (IsFull)
                return;
            (UInt128? before, UInt128? after) = KeysOf(tie, map, row);
            if (tie.IsParent && before != after)
            {
                Count(tie, before, -1, isCarried: false);
                Count(tie, after, 1, row.Before.IsEmpty ? tie.Reference.CarriesDeletes : tie.Reference.CarriesUpdates);
                NoteHidden(map);
            }
            else if (!tie.IsParent)
            {
                if (before != after)
                {
                    Lean(tie, before, -1);
                    Lean(tie, after, 1);
                }

                // A row that is there is changed along, unlogged before MySQL 9.6, when its parent is; one that went is not.
                bool isThere = !row.After.IsEmpty;
                if (!isThere || before != after || writesWholeRows || IsFoundBy(map, tie))
                    Need(before, isThere);
                if (isThere && (before != after || IsFoundBy(map, tie)))
                    Need(after, isThere);
            }
        }
    }

    /// <summary>Whether rows of the event that a scan stands on matter although they are not chosen.</summary>
    public bool IsLookingAt(EventScan scan)
    {
        _givenUp.Follow(scan);
        return IsLooking || _givenUp.MayMatter;
    }

    /// <summary>Takes in a row that others changed.</summary>
    public void Observe(EventScan scan, TableMap map, in RowCursor row)
    {
        if (!IsLookingAt(scan))
            return;
        if (_needed.Count > 0)
            _far?.Observe(scan, map, row);
        foreach (Tie tie in TiesOf(map))
        {
            (UInt128? before, UInt128? after) = KeysOf(tie, map, row);
            if (before == after)
                continue;
            if (tie.IsParent)
            {
                Move(before, 1, scan, map, tie, row);
                Move(after, -1, scan, map, tie, row);
            }
            else
            {
                Refer(before, -1, scan, map, tie, row);
                Refer(after, 1, scan, map, tie, row);
            }
        }
    }

    private static readonly IEqualityComparer<TableReference> SameReference = EqualityComparer<TableReference>.Create(
        (a, b) => a!.Name == b!.Name && a.Child == b.Child, r => HashCode.Combine(r.Name, r.Child));

    // A chosen row came to have the key, or ceased to: the undo takes keys away that came and did not go again. What refers to one is
    // carried along by a foreign key that acts, also where another row gets it back.
    private void Count(Tie tie, UInt128? key, int step, bool isCarried)
    {
        if (key is not { } value)
            return;
        ref TakenKey taken = ref CollectionsMarshal.GetValueRefOrAddDefault(_taken, value, out _);
        taken.Balance += step;
        taken.IsCarried |= isCarried;
        taken.Reference = tie.Reference;
    }

    // A chosen row came to refer to a key that may be taken away, or ceased to: MySQL 9.6 and later log the rows that a foreign key
    // carries along before their parent.
    private void Lean(Tie tie, UInt128? key, int step)
    {
        if (key is not { } value || !_tables.IsMatch(tie.Reference.Parent.Database!, tie.Reference.Parent.Name))
            return;
        ref TakenKey taken = ref CollectionsMarshal.GetValueRefOrAddDefault(_taken, value, out _);
        taken.Chosen = Math.Max(0, taken.Chosen + step);
        taken.Reference = tie.Reference;
    }

    private void Need(UInt128? key, bool isThere)
    {
        if (key is not { } value)
            return;
        ref NeededKey needed = ref CollectionsMarshal.GetValueRefOrAddDefault(_needed, value, out _);
        needed.IsThere |= isThere;
        if (!_givenUp.TryTake(value, out GivenUpKey given))
            return;
        needed.IsCarried |= given.IsCarried;
        needed.Gone++;
        needed.Line ??= given.Line;
    }

    // A row came to refer to a key that is taken away, or ceased to: a chosen one first, because which it is is not kept.
    private void Refer(UInt128? key, int step, EventScan scan, TableMap map, Tie tie, in RowCursor row)
    {
        if (key is not { } value || !_taken.ContainsKey(value))
            return;
        ref TakenKey taken = ref CollectionsMarshal.GetValueRefOrNullRef(_taken, value);
        if (step < 0 && taken.Chosen > 0)
            taken.Chosen--;
        else
            taken.Count = Math.Max(0, taken.Count + step);
        if (step > 0 && taken.Line == null && TryKeepLine())
            taken.Line = $"{LaterChanges.RowText(scan, map, row)} refers to {tie.Reference.Parent} "
                + $"{ValuesText(map, row.AfterLayout, row.After, tie, tie.Reference.ReferencedColumns)}, which the undo takes away "
                + $"(foreign key {tie.Reference.Name})";
    }

    // A row that is needed went, or came back. What a foreign key did to a row when its parent went is not undone by that, nor what
    // it would have done to one that is not there.
    private void Move(UInt128? key, int step, EventScan scan, TableMap map, Tie tie, in RowCursor row)
    {
        if (key is not { } value)
            return;
        bool isCarried = step > 0 && (row.After.IsEmpty ? tie.Reference.CarriesDeletes : tie.Reference.CarriesUpdates);
        if (!_needed.ContainsKey(value))
        {
            if (step > 0 && _givenUp.MayMatter)
                NoteGivenUp(value, isCarried, scan, map, tie, row);
            return;
        }

        ref NeededKey needed = ref CollectionsMarshal.GetValueRefOrNullRef(_needed, value);
        needed.IsCarried |= isCarried;
        if (step > 0 || !(needed.IsThere || needed.IsCarried))
            needed.Gone = Math.Max(0, needed.Gone + step);
        if (step > 0 && needed.Line == null && TryKeepLine())
            needed.Line = LineOf(scan, map, tie, row);
    }

    private void NoteGivenUp(UInt128 key, bool isCarried, EventScan scan, TableMap map, Tie tie, in RowCursor row)
    {
        int count = _givenUp.Count;
        IsFull |= count >= MaximumKeys;
        if (count < MaximumKeys)
            _givenUp.Add(key, new GivenUpKey(isCarried, count < MaximumLines ? LineOf(scan, map, tie, row) : null));
    }

    private static string LineOf(EventScan scan, TableMap map, Tie tie, in RowCursor row) =>
        $"{LaterChanges.RowText(scan, map, row)} gave up {ValuesText(map, row.BeforeLayout, row.Before, tie, [])}, to which a row of "
            + $"{tie.Reference.Child} refers that is undone (foreign key {tie.Reference.Name})";

    // Whether the undo finds a row by what it refers to.
    private static bool IsFoundBy(TableMap map, Tie tie) =>
        map.PrimaryKey.Length == 0 || Array.Exists(tie.Ordinals, o => map.PrimaryKey.Contains(o));

    private bool TryKeepLine() => ++_lines <= MaximumLines;

    private static string ValuesText(TableMap map, RowLayout layout, ReadOnlySpan<byte> image, Tie tie, string[] names)
    {
        var ranges = new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        var values = new OrderedDictionary();
        for (int i = 0; i < tie.Ordinals.Length; i++)
        {
            ColumnDefinition column = map.Columns[tie.Ordinals[i]];
            ValueRange range = ranges[Array.IndexOf(layout.Ordinals, tie.Ordinals[i])];
            values[names.Length == 0 ? column.Name : names[i]] = ColumnValue.Decode(column, range.Of(image));
        }

        return RowText.Of(values)!;
    }

    // An after image that leaves columns out has them as they were.
    private static (UInt128? Before, UInt128? After) KeysOf(Tie tie, TableMap map, in RowCursor row)
    {
        UInt128? before = RowKey.OfReference(tie.Reference, map, row.BeforeLayout, tie.Ordinals, row.Before);
        RowLayout after = row.AfterLayout;
        bool isUnchanged = !row.Before.IsEmpty && !row.After.IsEmpty
            && !Array.Exists(tie.Ordinals, o => Array.IndexOf(after.Ordinals, o) >= 0);
        return (before, isUnchanged ? before : RowKey.OfReference(tie.Reference, map, after, tie.Ordinals, row.After));
    }

    private bool Concerns(TableMap map, Tie tie, in RowCursor row) => columns.Length == 0 || (!row.Before.IsEmpty && !row.After.IsEmpty
        && Array.Exists(tie.Ordinals, o => columns.Contains(map.Columns[o].Name, StringComparer.OrdinalIgnoreCase)));

    private void NoteHidden(TableMap map)
    {
        if (_schema.FindHiddenCascades(map) is { } hidden && _hidden.Add(hidden))
            _unknown.Add($"which rows others made since that refer to these is not known: {hidden}");
    }

    private Tie[] TiesOf(TableMap map)
    {
        if (_references.Count == 0)
            return [];
        if (_ties.TryGetValue(map, out Tie[]? known))
            return known;
        if (given == null && !Array.TrueForAll(map.Columns, c => c.IsNameKnown))
            _schema.Complete(map);
        var ties = new List<Tie>();
        TableName name = map.QualifiedName;
        foreach (TableReference reference in _references)
        {
            if (reference.IsOfParent(name))
                Add(map, reference, isParent: true, reference.ReferencedColumns, ties);
            if (reference.IsOfChild(name))
                Add(map, reference, isParent: false, reference.Columns, ties);
        }

        return _ties[map] = [.. ties];
    }

    private void Add(TableMap map, TableReference reference, bool isParent, string[] names, List<Tie> ties)
    {
        int[] ordinals = names.Length == 0 ? map.PrimaryKey : Array.ConvertAll(names, name => Array.FindIndex(
            map.Columns, c => c.IsNameKnown && string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)));
        if (ordinals.Length > 0 && Array.TrueForAll(ordinals, o => o >= 0))
        {
            ties.Add(new Tie(reference, isParent, ordinals));
            // One key that came and another that went would be none.
            if (Array.Exists(ordinals, o => RowKey.JoinsMuch(map.Columns[o])) && _hidden.Add($"{reference.Name} {map.QualifiedName}"))
                _unknown.Add($"later rows that foreign key {reference.Name} of {reference.Child} ties to these may be missed: "
                    + $"its values in {map.QualifiedName} are not told apart as their collation does");
        }
        else if (_hidden.Add($"{reference.Name} {map.QualifiedName}"))
            _unknown.Add($"later rows that foreign key {reference.Name} of {reference.Child} ties to these were not looked for: "
                + $"the columns of {map.QualifiedName} are not known");
    }

    /// <summary>What a foreign key is to a table.</summary>
    /// <param name="Reference">The foreign key.</param>
    /// <param name="IsParent">Whether it refers to the table; else it is the table's.</param>
    /// <param name="Ordinals">The columns of it that the table has.</param>
    private sealed record Tie(TableReference Reference, bool IsParent, int[] Ordinals);
}
