using System.Text.RegularExpressions;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// Follows the statements of a log while its rows are indexed: what changed data without row images is an obstacle, what
/// was rolled back is taken out again, and rows that a later DDL put out of reach are refused.
/// </summary>
/// <param name="index">What rows there are.</param>
/// <param name="reverse">Whether they are to be undone.</param>
/// <param name="tables">The tables asked for, or null.</param>
/// <param name="namesNewTables">Whether a table that came new and empty is worth a word: it holds no row that could be missed.</param>
internal sealed partial class StatementEffects(ChangeIndex index, bool reverse, TableFilter? tables, bool namesNewTables)
{
    private const int ShownLength = 120;
    private const string UnknownColumn = "?";

    // SELECT is logged for the stored functions in it that change data.
    private static readonly string[] DataWords = ["INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH", "SELECT"];

    private readonly Dictionary<string, (int First, int End, Place Place)> _prepared = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _preparedIds = new(StringComparer.OrdinalIgnoreCase);
    private string? _endedXaId;

    /// <summary>Takes a statement in.</summary>
    /// <param name="statement">Its text.</param>
    /// <param name="database">The default database.</param>
    /// <param name="place">Where it is, and in which transaction.</param>
    public void Observe(string statement, string database, Place place)
    {
        statement = SkipComments(statement);
        string[] words = statement.Split([' ', '\t', '\r', '\n'], 4, StringSplitOptions.RemoveEmptyEntries);
        switch (words.Length == 0 ? string.Empty : words[0].ToUpperInvariant())
        {
            case "XA" when words.Length > 2:
                ObserveXa(words[1].ToUpperInvariant(), statement, place);
                break;
            case var word when DataWords.Contains(word):
                if (tables?.MayName(statement) != false)
                    index.Obstacles.Add(place.LogFile, place.Position, $"changed rows as a statement, without row images: {Shorten(statement)}");
                break;
            default:
                if (SchemaCatalog.IsDdl(statement))
                    ObserveDdl(statement, database, place);
                break;
        }
    }

    /// <summary>Takes an XA_PREPARE event in: what it prepares may have no rows among the chosen ones.</summary>
    public void ObserveXaPrepare(bool isOnePhase)
    {
        if (_endedXaId != null && !isOnePhase)
            _preparedIds.Add(_endedXaId);
        _endedXaId = null;
    }

    /// <summary>Takes the last event of the index in: it is of an XA transaction that was prepared.</summary>
    public void ObservePrepared(string? id, Place place)
    {
        int last = index.Events.Count - 1;
        id ??= string.Empty;
        if (_prepared.Remove(id, out var known) && (known.Place.LogFile, known.Place.TransactionPosition) != (place.LogFile, place.TransactionPosition))
        {
            ExcludeUndecided(known);
            known = default;
        }

        _prepared[id] = known.Place == default ? (last, last + 1, place) : known with { End = last + 1 };
    }

    /// <summary>Everything was read: takes out what is still undecided.</summary>
    public void Complete()
    {
        foreach (var undecided in _prepared.Values)
            ExcludeUndecided(undecided);
        index.Compact();
    }

    private void ExcludeUndecided((int First, int End, Place Place) rows) =>
        index.Exclude(rows.First, rows.End, "an XA transaction was prepared, and no XA COMMIT of it is among the chosen events", rows.Place);

    private void ObserveXa(string verb, string statement, Place place)
    {
        string id = TransactionOutcome.XaIdOf(statement);
        switch (verb)
        {
            case "END": // MariaDB 10.5+ has XA START in its GTID event only
                _endedXaId = id;
                break;
            case "COMMIT":
                if (!_prepared.Remove(id) & !_preparedIds.Remove(id))
                    index.Obstacles.Add(place.LogFile, place.Position, $"committed rows that were prepared before the chosen events: {Shorten(statement)}");
                break;
            case "ROLLBACK":
                _preparedIds.Remove(id);
                if (_prepared.Remove(id, out var rows))
                    index.Exclude(rows.First, rows.End, cause: null, place);
                break;
        }
    }

    private void ObserveDdl(string statement, string database, Place place)
    {
        var catalog = SchemaCatalog.Parse(string.Empty);
        foreach (TableMap map in index.Maps)
        {
            if (MayName(statement, map.Table) || MayName(statement, map.Database))
                catalog.Put(AsSchema(map));
        }

        SchemaChange change = catalog.Apply(statement, database);
        if (change.Kind is SchemaChangeKind.None or SchemaChangeKind.Other && change.DroppedDatabase == null)
            return;
        List<TableName> concerned = [.. change.Tables.Where(t => tables?.IsMatch(t.Database ?? database, t.Name) != false)];
        if (concerned.Count == 0 && change.DroppedDatabase == null)
            return;
        bool isNewTable = change.Kind == SchemaChangeKind.Create && !ReplacesTable().IsMatch(statement) && !TakesFromSelect().IsMatch(statement);
        if (isNewTable && !namesNewTables)
            return;
        string text = Shorten(statement);
        index.Obstacles.Add(place.LogFile, place.Position, $"changed the tables themselves: {text}");
        if (!reverse)
            return;
        foreach (TableMap map in index.Maps)
        {
            bool isNamed = concerned.Any(t => Same(t.Database ?? database, map.Database) && Same(t.Name, map.Table))
                || Same(change.DroppedDatabase, map.Database);
            if (isNamed && PutsOutOfReach(change.Kind, statement, map, catalog))
                index.ExcludeTable(map, $"a later statement put them out of reach: {text}", place);
        }
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

    /// <summary>A place in a log.</summary>
    /// <param name="LogFile">The log.</param>
    /// <param name="Position">Offset of the event.</param>
    /// <param name="TransactionPosition">Offset of its transaction's first event.</param>
    internal readonly record struct Place(string LogFile, long Position, long TransactionPosition);
}
