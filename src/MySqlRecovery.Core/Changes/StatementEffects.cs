using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
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
internal sealed partial class StatementEffects(bool reverse, TableFilter? tables, bool namesNewTables)
{
    private const int ShownLength = 120;
    private const string UnknownColumn = "?";

    // SELECT is logged for the stored functions in it that change data.
    private static readonly string[] DataWords = ["INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH", "SELECT"];

    private readonly HashSet<string> _preparedIds = new(StringComparer.OrdinalIgnoreCase);
    private string? _endedXaId;

    /// <summary>Takes an event without rows in.</summary>
    /// <param name="view">The event.</param>
    /// <param name="maps">The tables of the rows so far.</param>
    [MethodImpl(Jit.Hot)]
    public StatementEffect Observe(in EventView view, IReadOnlyList<TableMap> maps)
    {
        BinlogEventType type = view.Type;
        if (type.IsQuery())
            return view.TryGetStatement(out string statement, out string database) ? Observe(statement, database, maps) : default;
        if (type != BinlogEventType.XaPrepare)
            return new StatementEffect { Obstacle = UnreadChange.Find(type) };
        // What it prepares may have no rows among the chosen ones.
        bool isOnePhase = view.Raw.Length > EventHeader.Size && view.Raw[EventHeader.Size] != 0;
        if (_endedXaId != null && !isOnePhase)
            _preparedIds.Add(_endedXaId);
        _endedXaId = null;
        return default;
    }

    /// <summary>Rows of an XA transaction that was prepared are among those taken.</summary>
    public void NotePrepared(string id) => _preparedIds.Add(id);

    private StatementEffect Observe(string statement, string database, IReadOnlyList<TableMap> maps)
    {
        statement = SkipComments(statement);
        string[] words = statement.Split([' ', '\t', '\r', '\n'], 4, StringSplitOptions.RemoveEmptyEntries);
        switch (words.Length == 0 ? string.Empty : words[0].ToUpperInvariant())
        {
            case "XA" when words.Length > 2:
                return ObserveXa(words[1].ToUpperInvariant(), statement);
            case var word when DataWords.Contains(word):
                return tables?.MayName(statement) == false
                    ? default : new StatementEffect { Obstacle = $"changed rows as a statement, without row images: {Shorten(statement)}" };
            default:
                return SchemaCatalog.IsDdl(statement) ? ObserveDdl(statement, database, maps) : default;
        }
    }

    private StatementEffect ObserveXa(string verb, string statement)
    {
        string id = TransactionOutcome.XaIdOf(statement);
        switch (verb)
        {
            case "END": // MariaDB 10.5+ has XA START in its GTID event only
                _endedXaId = id;
                return default;
            case "COMMIT":
                return new StatementEffect
                {
                    DecidedXaId = id,
                    Obstacle = _preparedIds.Remove(id)
                        ? null : $"committed rows that were prepared before the chosen events: {Shorten(statement)}",
                };
            case "ROLLBACK":
                _preparedIds.Remove(id);
                return new StatementEffect { DecidedXaId = id, IsXaRollback = true };
            default:
                return default;
        }
    }

    private StatementEffect ObserveDdl(string statement, string database, IReadOnlyList<TableMap> maps)
    {
        var catalog = SchemaCatalog.Parse(string.Empty);
        foreach (TableMap map in maps)
        {
            if (MayName(statement, map.Table) || MayName(statement, map.Database))
                catalog.Put(AsSchema(map));
        }

        SchemaChange change = catalog.Apply(statement, database);
        if (change.Kind is SchemaChangeKind.None or SchemaChangeKind.Other && change.DroppedDatabase == null)
            return default;
        List<TableName> concerned = [.. change.Tables.Where(t => tables?.IsMatch(t.Database ?? database, t.Name) != false)];
        if (concerned.Count == 0 && change.DroppedDatabase == null)
            return default;
        bool isNewTable = change.Kind == SchemaChangeKind.Create && !ReplacesTable().IsMatch(statement) && !TakesFromSelect().IsMatch(statement);
        if (isNewTable && !namesNewTables)
            return default;
        string text = Shorten(statement);
        TableMap[] lost = !reverse ? [] : [.. maps.Where(map =>
            (concerned.Any(t => Same(t.Database ?? database, map.Database) && Same(t.Name, map.Table)) || Same(change.DroppedDatabase, map.Database))
            && PutsOutOfReach(change.Kind, statement, map, catalog))];
        return new StatementEffect
        {
            Obstacle = $"changed the tables themselves: {text}",
            LostTables = lost,
            LossCause = $"a later statement put them out of reach: {text}",
        };
    }

    // A quote in a name is doubled in the statement.
    private static bool MayName(string statement, string name) =>
        name.AsSpan().ContainsAny('`', '"') || statement.Contains(name, StringComparison.OrdinalIgnoreCase);

    // Indexes, defaults and the like may change; the rows that are undone must still fit into the columns.
    private static bool PutsOutOfReach(SchemaChangeKind kind, string statement, TableMap map, SchemaCatalog catalog)
    {
        if (kind == SchemaChangeKind.Create)
            return ReplacesTable().IsMatch(statement);
        if (kind != SchemaChangeKind.Alter || TakesRows().IsMatch(statement) || catalog.Find(map.Database, map.Table) is not { UnknownReason: null } after)
            return true;
        return after.Columns.Count != map.Columns.Length
            || after.Columns.Where((c, i) => c.DataType != UnknownColumn || !Same(c.Name, map.Columns[i].Name)).Any();
    }

    private static TableSchema AsSchema(TableMap map) => new()
    {
        Database = map.Database,
        Name = map.Table,
        Columns = [.. map.Columns.Select(c => new ColumnSchema { Name = c.Name, DataType = UnknownColumn })],
        AreKeysKnown = false,
    };

    [GeneratedRegex(@"\b(TRUNCATE|DROP|EXCHANGE|CONVERT)\s+PARTITION\b|\bCONVERT\s+TABLE\b|\b(DISCARD|IMPORT)\b.*\bTABLESPACE\b", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex TakesRows();

    [GeneratedRegex(@"^CREATE\s+OR\s+REPLACE\s", RegexOptions.IgnoreCase)]
    private static partial Regex ReplacesTable();

    [GeneratedRegex(@"\bTABLE\b.*\b(SELECT|VALUES|TABLE)\b", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex TakesFromSelect();

    private static string SkipComments(string statement)
    {
        try
        {
            return statement[new SqlTokenizer(statement).Next().Start..];
        }
        catch (RecoveryException)
        {
            return statement;
        }
    }

    private static bool Same(string? a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static string Shorten(string statement)
    {
        string line = statement.ReplaceLineEndings(" ");
        return line.Length <= ShownLength ? line : string.Concat(line.AsSpan(0, ShownLength), "…");
    }
}

/// <summary>What an event without rows means for the rows so far.</summary>
internal readonly record struct StatementEffect
{
    /// <summary>What an undo has to say of it; null for nothing.</summary>
    public string? Obstacle { get; init; }

    /// <summary>Tables whose rows so far can no longer be undone.</summary>
    public TableMap[] LostTables
    {
        get => field ?? [];
        init;
    }

    /// <summary>Why.</summary>
    public string? LossCause { get; init; }

    /// <summary>The prepared XA transaction that it decides; null for none.</summary>
    public string? DecidedXaId { get; init; }

    /// <summary>Whether that is rolled back; else it is committed.</summary>
    public bool IsXaRollback { get; init; }

    /// <summary>Whether it means anything.</summary>
    public bool IsAny => Obstacle != null || DecidedXaId != null;
}
