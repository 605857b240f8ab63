using System.Collections;
using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// Under which name a table's changes are written: <c>db.a</c> as <c>db2.b</c>, or all tables of a database as those of
/// another, <c>db.*</c> as <c>db2.*</c>. The first dot parts database and table; names with dots stand
/// in backquotes, <c>`a.b`.`c`</c>. Names of the log are compared without
/// regard to case.
/// </summary>
internal sealed class TableRenames
{
    /// <summary>The server's limit for the names of databases and tables, in characters.</summary>
    private const int MaximumNameLength = 64;
    private const string AllTables = "*";

    private readonly List<Rename> _renames = [];

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
            TableName old = ParseName(entry.Key), renamed = ParseName(entry.Value);
            if (old.Name == AllTables != (renamed.Name == AllTables))
                throw Invalid($"'{entry.Key}' and '{entry.Value}' do not both name one table, or both a whole database");
            renames._renames.Add(new Rename(old, renamed));
        }

        return renames;
    }

    /// <summary>The name to write; a table named by itself goes before its database.</summary>
    public TableName NameOf(TableMap map)
    {
        foreach ((TableName old, TableName renamed) in _renames)
        {
            if (TableName.IgnoreCase.Equals(old, map.QualifiedName))
                return renamed;
        }

        foreach ((TableName old, TableName renamed) in _renames)
        {
            if (old.Name == AllTables && IsSame(old.Database, map.Database))
                return renamed with { Name = map.Table };
        }

        return map.QualifiedName;
    }

    /// <summary>Fails with id TableMapUnused where a name is that of no table at hand: a typing error would hit the original
    /// table.</summary>
    public void CheckAllUsed(IReadOnlyCollection<TableMap> maps)
    {
        foreach ((TableName old, _) in _renames)
        {
            if (
                !maps.Any(
                    m => old.Name == AllTables ? IsSame(old.Database, m.Database) : TableName.IgnoreCase.Equals(old, m.QualifiedName)))
                throw new RecoveryException(
                    "TableMapUnused", RecoveryErrorKind.ObjectNotFound, $"-TableMap names {old}, of which there is no row to write",
                    recommendedAction: "Give the name as Measure-BinlogEvent prints it.");
        }
    }

    /// <summary>The body of a table map event under the new name.</summary>
    public byte[] Apply(TableMap map, int tableIdLength)
    {
        ReadOnlySpan<byte> body = map.Raw.AsSpan(EventHeader.Size);
        TableName name = NameOf(map);
        if (name == map.QualifiedName)
            return body.ToArray();
        // Table id and flags; then each name with its length in front, one byte for every legal name, and a zero after it.
        int names = tableIdLength + 2;
        int databaseEnd = names + 1 + body[names] + 1;
        int tableEnd = databaseEnd + 1 + body[databaseEnd] + 1;
        return [.. body[..names], .. NameBytes(name.Database!), .. NameBytes(name.Name), .. body[tableEnd..]];
    }

    private static byte[] NameBytes(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        return [(byte)bytes.Length, .. bytes, 0];
    }

    private static TableName ParseName(object? name)
    {
        string text = Convert.ToString(name, CultureInfo.InvariantCulture) ?? string.Empty;
        return TableName.Parse(text) is { } parsed && parsed.Database!.Length <= MaximumNameLength
            && parsed.Name.Length <= MaximumNameLength
            ? parsed : throw Invalid($"'{text}' is not of the form database.table");
    }

    private static bool IsSame(string? a, string? b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static RecoveryException Invalid(string detail) => new(
        "TableMapInvalid", RecoveryErrorKind.InvalidArgument, $"-TableMap: {detail}",
        recommendedAction: "Write @{ 'shop.orders' = 'rescue.orders' }, or @{ 'shop.*' = 'rescue.*' }.");

    private sealed record Rename(TableName Old, TableName New);
}
