using System.Text.RegularExpressions;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;

namespace MySqlRecovery.Undo;

/// <summary>
/// Follows the statements of a log while its rows are indexed: what changed data without row images is an obstacle, what
/// was rolled back is taken out again, and rows that a later DDL put out of reach are refused.
/// </summary>
internal sealed partial class StatementEffects(UndoIndex index, bool reverse, TableFilter? tables)
{
    private const int ShownLength = 120;
    private const string UnknownColumn = "?";

    // SELECT is logged for the stored functions in it that change data.
    private static readonly string[] DataWords = ["INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH", "SELECT"];

    private readonly Dictionary<string, int> _savepoints = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (int First, int End, Place Place)> _prepared = new(StringComparer.OrdinalIgnoreCase);
    private (string Id, int First)? _openXa;

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
            case "BEGIN":
                _savepoints.Clear();
                break;
            case "SAVEPOINT" when words.Length > 1:
                _savepoints[NameAtEnd(statement)] = index.Events.Count;
                break;
            case "ROLLBACK":
                ObserveRollback(statement, words, place);
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

    private void ObserveRollback(string statement, string[] words, Place place)
    {
        int first = index.FirstEventOf(place);
        if (words.Length > 2 && words[1].Equals("TO", StringComparison.OrdinalIgnoreCase))
            first = Math.Max(first, _savepoints.GetValueOrDefault(NameAtEnd(statement), first));
        index.Exclude(first, index.Events.Count, "they were rolled back, and the log does not say which tables cannot roll back", place);
    }

    private void ObserveXa(string verb, string rest, Place place)
    {
        string id = string.Concat(rest.Where(c => !char.IsWhiteSpace(c)));
        switch (verb)
        {
            case "END": // MariaDB 10.5+ has XA START in its GTID event only
                _openXa = (id, index.FirstEventOf(place));
                break;
            case "COMMIT":
                if (!_prepared.Remove(id))
                    index.Obstacles.Add(place.LogFile, place.Position, $"committed rows that were prepared before the chosen events: XA COMMIT {rest.Trim()}");
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
            if (isNamed && PutsOutOfReach(change.Kind, statement, map, catalog))
                index.ExcludeTable(map, $"a later statement put them out of reach: {text}", place);
        }
    }

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

    // The servers write a savepoint's name last and in backquotes, between which there may be spaces.
    private static string NameAtEnd(string statement)
    {
        string text = statement.TrimEnd();
        int start = text.IndexOf('`', StringComparison.Ordinal);
        return text[(start >= 0 ? start : text.LastIndexOfAny([' ', '\t', '\r', '\n']) + 1)..].Trim('`');
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
