using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Schema;

namespace MySqlRecovery.Undo;

/// <summary>
/// Follows the statements of a log while its rows are indexed: what changed data without row images is an obstacle, what
/// was rolled back is taken out again, and rows that a later DDL put out of reach are refused.
/// </summary>
internal sealed class StatementEffects(UndoIndex index, bool reverse, TableFilter? tables)
{
    private const int ShownLength = 120;
    private const string UnknownColumn = "?";
    private static readonly string[] DataWords = ["INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD"];

    private readonly Dictionary<string, int> _savepoints = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (int First, int End, Place Place)> _prepared = new(StringComparer.OrdinalIgnoreCase);
    private (string Id, int First)? _openXa;

    /// <summary>Takes a statement in.</summary>
    /// <param name="statement">Its text.</param>
    /// <param name="database">The default database.</param>
    /// <param name="place">Where it is, and in which transaction.</param>
    public void Observe(string statement, string database, Place place)
    {
        string[] words = statement.Split([' ', '\t', '\r', '\n'], 4, StringSplitOptions.RemoveEmptyEntries);
        switch (words.Length == 0 ? string.Empty : words[0].ToUpperInvariant())
        {
            case "BEGIN":
                _savepoints.Clear();
                break;
            case "SAVEPOINT" when words.Length > 1:
                _savepoints[words[1]] = index.Events.Count;
                break;
            case "ROLLBACK":
                ObserveRollback(words, place);
                break;
            case "XA" when words.Length > 2:
                ObserveXa(words[1].ToUpperInvariant(), statement[(statement.IndexOf(words[1], StringComparison.Ordinal) + words[1].Length)..], place);
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

    /// <summary>Takes an XA_PREPARE event in.</summary>
    public void ObserveXaPrepare(bool isOnePhase, Place place)
    {
        if (_openXa is { } xa && !isOnePhase)
            _prepared[xa.Id] = (xa.First, index.Events.Count, place);
        _openXa = null;
    }

    /// <summary>Everything was read: takes out what is still undecided.</summary>
    public void Complete()
    {
        foreach ((int first, int end, Place place) in _prepared.Values)
            index.Exclude(first, end, "an XA transaction was prepared, and no XA COMMIT of it is in the chosen logs", place);
        index.Compact();
    }

    private void ObserveRollback(string[] words, Place place)
    {
        int first = index.FirstEventOf(place);
        if (words.Length > 2 && words[1].Equals("TO", StringComparison.OrdinalIgnoreCase))
            first = Math.Max(first, _savepoints.GetValueOrDefault(words[^1].Trim('`'), first));
        index.Exclude(first, index.Events.Count, "they were rolled back, and the log does not say which tables cannot roll back", place);
    }

    private void ObserveXa(string verb, string rest, Place place)
    {
        string id = string.Concat(rest.Where(c => !char.IsWhiteSpace(c)));
        switch (verb)
        {
            case "START" or "BEGIN":
                _openXa = (id, index.Events.Count);
                break;
            case "COMMIT":
                _prepared.Remove(id);
                break;
            case "ROLLBACK":
                if (_prepared.Remove(id, out var xa))
                    index.Exclude(xa.First, xa.End, cause: null, place);
                break;
        }
    }

    private void ObserveDdl(string statement, string database, Place place)
    {
        var catalog = SchemaCatalog.Parse(string.Empty);
        foreach (TableMap map in index.Maps)
            catalog.Put(AsSchema(map));
        SchemaChange change = catalog.Apply(statement, database);
        if (change.Kind is SchemaChangeKind.None or SchemaChangeKind.Other && change.DroppedDatabase == null)
            return;
        List<TableName> concerned = [.. change.Tables.Where(t => tables?.IsMatch(t.Database ?? database, t.Name) != false)];
        if (concerned.Count == 0 && change.DroppedDatabase == null)
            return;
        string text = Shorten(statement);
        index.Obstacles.Add(place.LogFile, place.Position, $"changed the tables themselves: {text}");
        if (!reverse)
            return;
        foreach (TableMap map in index.Maps)
        {
            bool isNamed = concerned.Any(t => Same(t.Database ?? database, map.Database) && Same(t.Name, map.Table))
                || Same(change.DroppedDatabase, map.Database);
            if (isNamed && PutsOutOfReach(change.Kind, map, catalog))
                index.ExcludeTable(map, $"a later statement put them out of reach: {text}", place);
        }
    }

    // Indexes, defaults and the like may change; the rows that are undone must still fit into the columns.
    private static bool PutsOutOfReach(SchemaChangeKind kind, TableMap map, SchemaCatalog catalog)
    {
        if (kind == SchemaChangeKind.Create)
            return false;
        if (kind != SchemaChangeKind.Alter || catalog.Find(map.Database, map.Table) is not { UnknownReason: null } after)
            return true;
        return after.Columns.Count != map.Columns.Length
            || after.Columns.Where((c, i) => c.DataType != UnknownColumn || !Same(c.Name, map.Columns[i].Name)).Any();
    }

    private static TableSchema AsSchema(TableMap map) => new()
    {
        Database = map.Database,
        Name = map.Table,
        Columns = [.. map.Columns.Select(c => new ColumnSchema { Name = c.Name, DataType = UnknownColumn })],
    };

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
