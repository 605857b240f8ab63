using System.Globalization;
using System.Text.RegularExpressions;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>A dump of mysqldump or mariadb-dump: the place in the log at which it was made, definitions, and rows.</summary>
internal sealed partial class DumpFile
{
    private readonly List<string> _definitions = [];
    private string _head = string.Empty;

    private DumpFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>The log and the position of the dump; null where it does not say.</summary>
    public LogPosition? Place { get; private set; }

    /// <summary>The transactions that are in the dump, as the server prints them; null where it does not say.</summary>
    public string? Gtids { get; private set; }

    /// <summary>Whether the dump is of a MariaDB.</summary>
    public bool IsMariaDb => _head.Contains("MariaDB", StringComparison.Ordinal);

    /// <summary>Reads where the dump was made, and all definitions.</summary>
    /// <exception cref="RecoveryException">DumpNotUsable, SchemaNotFound, SchemaNotReadable, SchemaNotUnderstood.</exception>
    public static DumpFile Open(string path, CancellationToken stop)
    {
        var dump = new DumpFile(path);
        using DumpStatements statements = dump.Statements();
        while (statements.Read())
        {
            stop.ThrowIfCancellationRequested();
            if (statements.Starts("CREATE TABLE"))
                dump._definitions.Add($"{(statements.Database is { } name ? $"USE {SqlIdentifier.Quote(name)};" : "")}{statements.Text};");
        }

        dump._head = statements.Head;
        dump.TakePlace();
        return dump.Place != null || dump.Gtids != null ? dump : throw dump.NotUsable(
            "it does not say at which place of the log it was made: dump with --source-data=2 (--master-data=2)");
    }

    /// <summary>All tables of the dump.</summary>
    public SchemaCatalog Catalog() => SchemaCatalog.Parse(string.Join('\n', _definitions), Path);

    /// <summary>A table; null where the dump has none of this name.</summary>
    // A dump of one database does not name it.
    public TableSchema? Find(TableName name)
    {
        TableSchema? table = Catalog().Find(name.Database, name.Name);
        return table is null or { UnknownReason: null } ? table is null ? null : table with { Database = name.Database }
            : throw NotUsable($"{name} cannot be read: {table.UnknownReason}");
    }

    /// <summary>Fails where values are not in the dump as they were in the table.</summary>
    /// <param name="name">The table.</param>
    /// <param name="places">Its columns that are wanted.</param>
    public void Check(TableName name, int[] places)
    {
        TableSchema table = Find(name)!;
        Columns(table, places);
        if (!Utf8().IsMatch(_head))
            throw NotUsable("its text is not in UTF-8 (SET NAMES utf8mb4)");
        if (places.Any(p => table.Columns[p].DataType == "timestamp") && !Utc().IsMatch(_head))
            throw NotUsable("its times are not in UTC (--tz-utc)");
    }

    /// <summary>The rows of a table: the values of some columns, as <see cref="Restore.StoredValue"/> has them.</summary>
    public IEnumerable<byte[]?[]> Rows(TableName name, int[] places, CancellationToken stop)
    {
        TableSchema table = Find(name)!;
        DumpColumn[] columns = Columns(table, places);
        int[] stored = [.. Enumerable.Range(0, table.Columns.Count).Where(i => !table.Columns[i].IsGenerated)];
        using var scratch = new TextBuffer();
        using DumpStatements statements = Statements();
        while (statements.Read())
        {
            stop.ThrowIfCancellationRequested();
            if (!statements.Starts("INSERT") || Parse(() => new DumpRows(statements.Statement)) is not { } rows
                || !IsTable(rows.Table, statements.Database, name))
                continue;
            int[] given = rows.Columns == null ? stored : [.. rows.Columns.Select(c => PlaceOf(table, c))];
            while (Parse(() => Take(rows, given, places, columns, scratch)) is { } row)
                yield return row;
        }
    }

    private static byte[]?[]? Take(DumpRows rows, int[] given, int[] places, DumpColumn[] columns, TextBuffer scratch)
    {
        if (rows.Read() is not { } row)
            return null;
        if (row.Count != given.Length)
            throw new InvalidDataException($"a row of {rows.Table} has {row.Count} values");
        var values = new byte[]?[places.Length];
        for (int i = 0; i < places.Length; i++)
        {
            int at = Array.IndexOf(given, places[i]);
            values[i] = columns[i].Convert(at < 0 ? default : row[at], scratch);
        }

        return values;
    }

    private DumpColumn[] Columns(TableSchema table, int[] places) =>
        Parse(() => Array.ConvertAll(places, p => new DumpColumn(table.Columns[p], IsMariaDb)));

    private T Parse<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or OverflowException)
        {
            throw NotUsable(e.Message);
        }
    }

    private int PlaceOf(TableSchema table, string column)
    {
        for (int i = 0; i < table.Columns.Count; i++)
        {
            if (string.Equals(table.Columns[i].Name, column, StringComparison.OrdinalIgnoreCase))
                return i;
        }

        throw NotUsable($"its rows have a column {column}, which the table has not");
    }

    private static bool IsTable(TableName found, string? database, TableName wanted) =>
        LoggedDefinition.IsSame(found with { Database = found.Database ?? database ?? wanted.Database }, wanted);

    private DumpStatements Statements()
    {
        try
        {
            return new DumpStatements(File.OpenRead(Path), NotUsable);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RecoveryException("SchemaNotFound", RecoveryErrorKind.ObjectNotFound, "there is no such file", Path, inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecoveryException("SchemaNotReadable", RecoveryErrorKind.ReadError, e.Message, Path, inner: e);
        }
    }

    private void TakePlace()
    {
        if (LogPlace().Match(_head) is { Success: true } place)
        {
            long position = long.Parse(place.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
            Place = new LogPosition(place.Groups[1].Value, position);
        }

        Match gtids = PurgedGtids().Match(_head);
        if (!gtids.Success)
            gtids = MariaDbGtids().Match(_head);
        Gtids = gtids.Success ? string.Concat(gtids.Groups[1].Value.Where(c => !char.IsWhiteSpace(c))) : null;
    }

    /// <summary>An error that names the dump.</summary>
    public RecoveryException NotUsable(string what) =>
        new("DumpNotUsable", RecoveryErrorKind.InvalidData, $"the dump cannot be used: {what}", Path);

    [GeneratedRegex(@"(?:MASTER|SOURCE)_LOG_FILE\s*=\s*'([^']+)'\s*,\s*(?:MASTER|SOURCE)_LOG_POS\s*=\s*(\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex LogPlace();

    [GeneratedRegex(@"GTID_PURGED\s*=\s*(?:/\*!80000 '\+'\*/\s*)?'([^']*)'", RegexOptions.IgnoreCase)]
    private static partial Regex PurgedGtids();

    [GeneratedRegex(@"gtid_slave_pos\s*=\s*'([^']*)'", RegexOptions.IgnoreCase)]
    private static partial Regex MariaDbGtids();

    [GeneratedRegex(@"SET NAMES utf8", RegexOptions.IgnoreCase)]
    private static partial Regex Utf8();

    [GeneratedRegex(@"TIME_ZONE\s*=\s*'\+00:00'", RegexOptions.IgnoreCase)]
    private static partial Regex Utc();
}
