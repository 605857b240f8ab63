using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// Follows the statements of a log while its rows are read, and says what they mean for the rows so far: what changed data
/// without row images, what a later DDL put out of reach, and which prepared XA transactions were decided.
/// </summary>
/// <param name="reverse">Whether the rows are to be undone.</param>
/// <param name="tables">The tables asked for, or null.</param>
/// <param name="namesNewTables">Whether a table that came new and empty is worth a word: it holds no row that could be missed.</param>
/// <param name="schema">What knows tables beyond the log, or null.</param>
/// <param name="movesBytes">Whether rows are undone as bytes, in a binlog, and not as SQL that says its character set.</param>
/// <param name="findsColumnsByName">Whether the columns of the rows may be in other places by then, as long as they have their
/// names.</param>
/// <param name="renames">Under which names tables are written; null where rows are not written to renamed tables.</param>
internal sealed class StatementEffects(
    bool reverse, TableFilter? tables, bool namesNewTables, ITableSchemaSource? schema = null, bool movesBytes = true,
    bool findsColumnsByName = false, TableRenames? renames = null)
{
    private const int ShownLength = 120;
    private const string UnknownColumn = "?";

    private readonly HashSet<string> _preparedIds = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, OpenAlter> _openAlters = new(StringComparer.Ordinal);
    private string? _endedXaId;
    private bool _isStart;

    /// <summary>Takes an event without rows in.</summary>
    /// <param name="view">The event.</param>
    /// <param name="maps">The tables of the rows so far.</param>
    [MethodImpl(Jit.Hot)]
    public StatementEffect Observe(in EventView view, IReadOnlyList<TableMap> maps)
    {
        BinlogEventType type = view.Type;
        if (type.IsQuery())
        {
            _isStart = view.GtidFlags.IsWithoutEffect();
            return view.TryGetStatement(out string statement, out string database, out SqlModes modes)
                ? ObserveAlter(view, Observe(statement, database, modes, maps)) : default;
        }

        if (type != BinlogEventType.XaPrepare)
            return new StatementEffect { Obstacle = UnreadChange.Find(type) };
        // What it prepares may have no rows among the chosen ones.
        bool isOnePhase = view.Raw.Length > EventHeader.Size && view.Raw[EventHeader.Size] != 0;
        if (_endedXaId != null && !isOnePhase)
            _preparedIds.Add(_endedXaId);
        _endedXaId = null;
        return default;
    }

    /// <summary>Each ALTER TABLE that was started and neither done nor given up: where, and what is to be said of it.</summary>
    public IEnumerable<OpenAlter> OpenAlters => _openAlters.Values;

    /// <summary>The tables that are followed to other names.</summary>
    public FollowedTables Followed { get; } = new(renames);

    /// <summary>Rows of an XA transaction that was prepared are among those taken.</summary>
    public void NotePrepared(string id) => _preparedIds.Add(id);

    private StatementEffect Observe(string text, string database, SqlModes modes, IReadOnlyList<TableMap> maps)
    {
        LoggedStatement statement = LoggedStatement.Read(text, modes);
        return statement.Kind switch
        {
            LoggedStatementKind.Xa => ObserveXa(statement),
            LoggedStatementKind.Rows => ObserveRows(statement, database),
            LoggedStatementKind.Definition => ObserveDdl(statement, database, maps),
            LoggedStatementKind.Unreadable =>
                new StatementEffect { Obstacle = $"a statement that cannot be read may have changed rows: {Shorten(statement.Text)}" },
            _ => default,
        };
    }

    // MariaDB 10.8+ with binlog_alter_two_phase: the statement is in the log when it starts, and again when it ends.
    private StatementEffect ObserveAlter(in EventView view, in StatementEffect effect)
    {
        if (view.AlterGtid is { } start)
            _openAlters.Remove(start);
        if (!view.GtidFlags.IsWithoutEffect())
            return effect;
        if (view.GtidFlags.HasFlag(MariaDbGtidFlags.StartAlter) && view.GtidText is { } gtid && effect.Obstacle is { } obstacle)
        {
            string what = $"started what may have {obstacle}; the chosen events do not say whether it was done";
            _openAlters[gtid] = new OpenAlter(view.LogFile, view.Position, what);
        }

        return default;
    }

    private StatementEffect ObserveXa(LoggedStatement statement)
    {
        StatementCursor cursor = statement.Open();
        cursor.Skip();
        string id = TransactionOutcome.XaIdOf(statement.Text);
        switch (cursor.PeekWord())
        {
            case "END": // MariaDB 10.5+ has XA START in its GTID event only
                _endedXaId = id;
                return default;
            case "COMMIT":
                return new StatementEffect
                {
                    DecidedXaId = id,
                    Obstacle = _preparedIds.Remove(id)
                        ? null : $"committed rows that were prepared before the chosen events: {Shorten(statement.Text)}",
                };
            case "ROLLBACK":
                _preparedIds.Remove(id);
                return new StatementEffect { DecidedXaId = id, IsXaRollback = true };
            default:
                return default;
        }
    }

    private StatementEffect ObserveRows(LoggedStatement statement, string database)
    {
        IReadOnlyList<TableName>? changed = ChangedTables.Find(statement, database);
        if (changed?.All(ServerTables.IsBookkeeping) == true)
            return default;
        if (tables == null || changed == null || changed.Any(t => IsAsked(t, database)))
            return new StatementEffect { Obstacle = $"changed rows as a statement, without row images: {Shorten(statement.Text)}" };
        // A view, a trigger or a foreign key can lead from the tables that a statement names to those asked for.
        TableName[] open = [.. changed.Where(
            t => !ServerTables.IsSystem(t) && schema?.IsSelfContained(t.Database ?? string.Empty, t.Name) != true)];
        return open.Length == 0 ? default : new StatementEffect
        {
            Obstacle = $"changed {open[0]} as a statement, which may change the tables asked for through a view, a trigger or a foreign "
                + $"key: {Shorten(statement.Text)}",
            ObstacleKey = open[0].ToString(),
        };
    }

    private StatementEffect ObserveDdl(LoggedStatement statement, string database, IReadOnlyList<TableMap> maps)
    {
        var catalog = SchemaCatalog.Parse(string.Empty);
        foreach (TableMap map in maps)
        {
            TableName place = Followed.PlaceOf(map);
            if (MayName(statement.Text, place.Name) || MayName(statement.Text, place.Database!))
                catalog.Put(AsSchema(map, place));
        }

        SchemaChange change = catalog.Apply(statement, database);
        if (change.Kind is SchemaChangeKind.None or SchemaChangeKind.Other && change.DroppedDatabase == null)
            return default;
        List<TableName> concerned = [.. change.Tables.Where(t => IsAsked(t, database))];
        bool dropsConcerned = change.DroppedDatabase is { } dropped && (tables?.NamesDatabase(dropped) != false
            || maps.Any(m => Same(dropped, Followed.PlaceOf(m).Database!) && tables.IsMatch(m.Database, m.Table)));
        if (concerned.Count == 0 && !dropsConcerned)
            return default;
        bool isNewTable = change is { Kind: SchemaChangeKind.Create, MovesRows: false, FillsTable: false };
        if (isNewTable && !namesNewTables)
            return default;
        string shown = Shorten(statement.Text);
        TableMap[] hit = !reverse ? [] : [.. maps.Where(map =>
            concerned.Any(t => IsMeant(t with { Database = t.Database ?? database }, map, maps))
                || Same(change.DroppedDatabase, Followed.PlaceOf(map).Database!))];
        return new StatementEffect
        {
            Obstacle = $"changed the tables themselves: {shown}",
            IsDefinition = true,
            LostTables = [.. FindLost(hit, change, database, catalog, $"a later statement put them out of reach: {shown}")],
        };
    }

    private bool IsAsked(TableName name, string database) => tables?.IsMatch(name.Database ?? database, name.Name) != false
        || Followed.Has(name with { Database = name.Database ?? database });

    private IEnumerable<LostTable> FindLost(
        TableMap[] hit, SchemaChange change, string database, SchemaCatalog catalog, string cause)
    {
        foreach (TableMap map in hit)
        {
            TableName before = Followed.PlaceOf(map), after = change.NameAfter(before, database);
            bool isFollowed = before != map.QualifiedName;
            if (PutsOutOfReach(change, map, catalog, after, isRenamed: after != before))
                yield return new LostTable(map, cause, isFollowed);
            else if (after != before && !_isStart && !Followed.TryFollow(map, after))
                yield return new LostTable(map, cause + Followed.Advise(map, after), isFollowed);
        }
    }

    // A quote in a name is doubled in the statement.
    private static bool MayName(string statement, string name) =>
        name.AsSpan().ContainsAny('`', '"') || statement.Contains(name, StringComparison.OrdinalIgnoreCase);

    // Some servers tell tables apart by the case of their names: where the log has one of the very name, that one is meant.
    private bool IsMeant(TableName name, TableMap map, IReadOnlyList<TableMap> maps) => Followed.PlaceOf(map) is var place
        && (place == name || (TableName.IgnoreCase.Equals(place, name) && !maps.Any(m => Followed.PlaceOf(m) == name)));

    // Indexes, defaults and the like may change; the rows that are undone must still fit into the columns.
    private bool PutsOutOfReach(SchemaChange change, TableMap map, SchemaCatalog catalog, TableName name, bool isRenamed)
    {
        if (change.Kind == SchemaChangeKind.Create)
            return change.MovesRows;
        if (change.Kind == SchemaChangeKind.Rename)
            return !isRenamed;
        if (change is { Kind: SchemaChangeKind.Alter, KeepsColumns: true, MovesRows: false })
            return false;
        if (change.Kind != SchemaChangeKind.Alter || change.MovesRows
            || catalog.Find(name.Database, name.Name) is not { UnknownReason: null } after)
            return true;
        if (movesBytes && change.ConvertedTo is { } set && Array.Exists(map.Columns, c => IsConverted(c, set)))
            return true;
        if (findsColumnsByName)
            return map.Columns.Where((c, i) => !after.Columns.Any(a => Same(a.Name, c.Name) && IsColumn(a, i, mayBeRedefined: true))).Any();
        return after.Columns.Count != map.Columns.Length || after.Columns.Where((c, i) => !Same(c.Name, map.Columns[i].Name)
            || !(IsColumn(c, i, mayBeRedefined: false) || IsSameAgain(map.Columns[i], c))).Any();
    }

    // MODIFY and CHANGE give the whole definition, also for what is none of the rows', as INVISIBLE of MariaDB. From the log alone,
    // columns without names cannot be told, nor can a character set that the statement leaves to the table.
    private static bool IsSameAgain(ColumnDefinition was, ColumnSchema column) =>
        was.IsNameKnown && !was.IsGenerated && !column.IsGenerated
        && (was.IsUnsigned != null || !was.IsNumeric) && (was.Members != null || !was.IsEnumOrSet)
        && (was.CharacterSet != null && (column.CharacterSet != null || !column.IsText) || !(was.IsCharacter || was.IsEnumOrSet))
        && SchemaComparison.FindProblem(was, column) == null;

    private static bool IsColumn(ColumnSchema column, int ordinal, bool mayBeRedefined) =>
        column.DataType == $"{UnknownColumn}{ordinal}"
            || (mayBeRedefined && !column.DataType.StartsWith(UnknownColumn, StringComparison.Ordinal));

    // The bytes of a row before CONVERT TO CHARACTER SET are in the character set that the column had then.
    private static bool IsConverted(ColumnDefinition column, string set) =>
        (column.IsCharacter || column.IsEnumOrSet) && column.CharacterSet is not { IsBinary: true } && column.CharacterSet?.Name != set;

    private static TableSchema AsSchema(TableMap map, TableName name) => new()
    {
        Database = name.Database,
        Name = name.Name,
        Columns = [.. map.Columns.Select((c, i) => new ColumnSchema { Name = c.Name, DataType = $"{UnknownColumn}{i}" })],
        AreKeysKnown = false,
    };

    private static bool Same(string? a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    /// <summary>A statement for people: one line, cut off.</summary>
    public static string Shorten(string statement)
    {
        string line = statement.ReplaceLineEndings(" ");
        return line.Length <= ShownLength ? line : string.Concat(line.AsSpan(0, ShownLength), "…");
    }

    /// <summary>An ALTER TABLE that was started.</summary>
    internal sealed record OpenAlter(string LogFile, long Position, string What);
}

/// <summary>What an event without rows means for the rows so far.</summary>
internal readonly record struct StatementEffect
{
    /// <summary>What an undo has to say of it; null for nothing.</summary>
    public string? Obstacle { get; init; }

    /// <summary>Whether it changed tables themselves.</summary>
    public bool IsDefinition { get; init; }

    /// <summary>What statements alike have in common, of which only the first is named; null: each is.</summary>
    public string? ObstacleKey { get; init; }

    /// <summary>Tables whose rows so far can no longer be undone.</summary>
    public LostTable[] LostTables
    {
        get => field ?? [];
        init;
    }

    /// <summary>The prepared XA transaction that it decides; null for none.</summary>
    public string? DecidedXaId { get; init; }

    /// <summary>Whether that is rolled back; else it is committed.</summary>
    public bool IsXaRollback { get; init; }

    /// <summary>Whether it means anything.</summary>
    public bool IsAny => Obstacle != null || DecidedXaId != null;
}

/// <summary>A table whose rows so far can no longer be undone.</summary>
/// <param name="Map">The table, as it was in the log.</param>
/// <param name="Cause">Why.</param>
/// <param name="IsFollowed">Whether it had another name by then, which only a reader of all statements knows.</param>
internal readonly record struct LostTable(TableMap Map, string Cause, bool IsFollowed);
