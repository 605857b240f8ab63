using System.Collections;
using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>
/// Under which name a table's changes are written: <c>db.a</c> as <c>db2.b</c>, or all tables of a database as those of
/// another, <c>db.*</c> as <c>db2.*</c>. The first dot parts database and table. Names of the log are compared without
/// regard to case.
/// </summary>
internal sealed class TableRenames
{
    /// <summary>The server's limit for the names of databases and tables, in characters.</summary>
    private const int MaximumNameLength = 64;
    private const string AllTables = "*";

    private readonly List<(string Database, string Table, string NewDatabase, string NewTable)> _renames = [];

    private TableRenames()
    {
    }

    /// <summary>Every table keeps its name.</summary>
    public static TableRenames None { get; } = new();

    /// <summary>Takes old names as keys and new names as values; anything else is an error with id TableMapInvalid.</summary>
    public static TableRenames Parse(IDictionary names)
    {
        var renames = new TableRenames();
        foreach (DictionaryEntry entry in names)
        {
            (string database, string table) = Split(entry.Key);
            (string newDatabase, string newTable) = Split(entry.Value);
            if (table == AllTables != (newTable == AllTables))
                throw Invalid($"'{entry.Key}' and '{entry.Value}' do not both name one table, or both a whole database");
            renames._renames.Add((database, table, newDatabase, newTable));
        }

        return renames;
    }

    /// <summary>The name to write; a table named by itself goes before its database.</summary>
    public (string Database, string Table) NameOf(TableMap map)
    {
        foreach ((string database, string table, string newDatabase, string newTable) in _renames)
        {
            if (IsSame(database, map.Database) && IsSame(table, map.Table))
                return (newDatabase, newTable);
        }

        foreach ((string database, string table, string newDatabase, _) in _renames)
        {
            if (table == AllTables && IsSame(database, map.Database))
                return (newDatabase, map.Table);
        }

        return (map.Database, map.Table);
    }

    /// <summary>The same as one text, <c>database.table</c>.</summary>
    public string TextOf(TableMap map)
    {
        (string database, string table) = NameOf(map);
        return $"{database}.{table}";
    }

    /// <summary>Fails with id TableMapUnused where a name is that of no table at hand: a typing error would hit the original table.</summary>
    public void CheckAllUsed(IReadOnlyCollection<TableMap> maps)
    {
        foreach ((string database, string table, _, _) in _renames)
        {
            if (!maps.Any(m => IsSame(database, m.Database) && (table == AllTables || IsSame(table, m.Table))))
                throw new RecoveryException(
                    "TableMapUnused", RecoveryErrorKind.ObjectNotFound, $"-TableMap names {database}.{table}, of which there is no row to write",
                    recommendedAction: "Give the name as Measure-BinlogEvent prints it.");
        }
    }

    /// <summary>The body of a table map event under the new name.</summary>
    public byte[] Apply(TableMap map, int tableIdLength)
    {
        ReadOnlySpan<byte> body = map.Raw.AsSpan(EventHeader.Size);
        (string database, string table) = NameOf(map);
        if (database == map.Database && table == map.Table)
            return body.ToArray();
        // Table id and flags; then each name with its length in front, one byte for every legal name, and a zero behind.
        int names = tableIdLength + 2;
        int databaseEnd = names + 1 + body[names] + 1;
        int tableEnd = databaseEnd + 1 + body[databaseEnd] + 1;
        return [.. body[..names], .. Name(database), .. Name(table), .. body[tableEnd..]];
    }

    private static byte[] Name(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        return [(byte)bytes.Length, .. bytes, 0];
    }

    private static (string Database, string Table) Split(object? name)
    {
        string text = Convert.ToString(name, CultureInfo.InvariantCulture) ?? string.Empty;
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || dot == text.Length - 1 || dot > MaximumNameLength || text.Length - dot - 1 > MaximumNameLength)
            throw Invalid($"'{text}' is not of the form database.table");
        return (text[..dot], text[(dot + 1)..]);
    }

    private static bool IsSame(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static RecoveryException Invalid(string detail) => new(
        "TableMapInvalid", RecoveryErrorKind.InvalidArgument, $"-TableMap: {detail}",
        recommendedAction: "Write @{ 'shop.orders' = 'rescue.orders' }, or @{ 'shop.*' = 'rescue.*' }.");
}
