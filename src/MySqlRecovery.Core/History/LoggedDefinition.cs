using System.Globalization;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.History;

/// <summary>A statement of the log that defines tables anew, and its place.</summary>
internal sealed class LoggedDefinition
{
    private LoggedDefinition(LoggedStatement statement, string database, SchemaChange change) =>
        (Statement, Database, Change) = (statement, database, change);

    public LoggedStatement Statement { get; }

    /// <summary>The session's default database.</summary>
    public string Database { get; }

    /// <summary>What it does, as far as the text alone says.</summary>
    public SchemaChange Change { get; }

    public required string LogFile { get; init; }

    public required long Position { get; init; }

    /// <summary>The statement and its place, for people.</summary>
    public string Shown => string.Create(
        CultureInfo.InvariantCulture, $"'{StatementEffects.Shorten(Statement.Text)}' at {LogFile}:{Position}");

    /// <summary>The tables that get another name, in the order in which they get it.</summary>
    public IEnumerable<(TableName Old, TableName New)> Renames => Change.Renames(Database);

    /// <summary>The definition that an event is; null for any other event.</summary>
    public static LoggedDefinition? Of(in EventView view)
    {
        if (view.GtidFlags.IsWithoutEffect() || !view.TryGetStatement(out string text, out string database, out SqlModes modes))
            return null;
        LoggedStatement statement = LoggedStatement.Read(text, modes);
        if (statement.Kind != LoggedStatementKind.Definition)
            return null;
        SchemaChange change = new SchemaCatalog().Apply(statement, database);
        return change.Kind is SchemaChangeKind.None or SchemaChangeKind.Other && change.DroppedDatabase == null
            ? null : new LoggedDefinition(statement, database, change) { LogFile = view.LogFile, Position = view.Position };
    }

    /// <summary>Lets statements through and no rows: what is known to have none of them need not be read.</summary>
    public static EventFilter Statements => new() { Operations = [], WithStatements = true };

    /// <summary>All definitions of a scan that lets statements through.</summary>
    public static List<LoggedDefinition> ReadAll(EventScan scan)
    {
        var definitions = new List<LoggedDefinition>();
        while (scan.Read())
        {
            if (Of(new EventView(scan)) is { } definition)
                definitions.Add(definition);
        }

        return definitions;
    }

    /// <summary>What it does to a table.</summary>
    /// <param name="table">The table's name before.</param>
    /// <param name="after">Its name after.</param>
    public TableStep StepOf(TableName table, out TableName after)
    {
        after = table;
        bool isRenamed = false;
        foreach ((TableName old, TableName renamed) in Renames)
        {
            bool isIt = IsSame(old, after);
            isRenamed |= isIt;
            if (isIt)
                after = renamed;
            else if (IsSame(renamed, after))
                return TableStep.Appeared;
        }

        if (Change.DroppedDatabase is { } dropped && string.Equals(dropped, table.Database, StringComparison.OrdinalIgnoreCase))
            return TableStep.Dropped;
        if (!isRenamed && !Change.Tables.Any(t => IsSame(Named(t), table)))
            return TableStep.None;
        return Change.Kind switch
        {
            SchemaChangeKind.Drop => TableStep.Dropped,
            SchemaChangeKind.Truncate => TableStep.Emptied,
            SchemaChangeKind.Create when Change.MovesRows => TableStep.Dropped,
            SchemaChangeKind.Create => IsConditional ? TableStep.None : TableStep.Appeared,
            _ when Change.MovesRows => TableStep.RowsMoved,
            SchemaChangeKind.Rename => TableStep.Renamed,
            _ => TableStep.Altered,
        };
    }

    /// <summary>Names are taken as servers on Windows and macOS take them, of which the log does not tell.</summary>
    public static bool IsSame(TableName one, TableName other) => TableName.IgnoreCase.Equals(one, other);

    // CREATE TABLE IF NOT EXISTS is in the log also where it did nothing.
    private bool IsConditional => Statement.Open().Contains("IF", "NOT", "EXISTS");

    private TableName Named(TableName name) => name.Database == null ? name with { Database = Database } : name;
}

/// <summary>What a definition does to a table.</summary>
internal enum TableStep
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Its columns, keys or options change; it may get another name too.</summary>
    Altered,

    /// <summary>It gets another name.</summary>
    Renamed,

    /// <summary>Its rows go.</summary>
    Emptied,

    /// <summary>It goes, or another takes its place.</summary>
    Dropped,

    /// <summary>It comes: there was no table of its name before.</summary>
    Appeared,

    /// <summary>Rows come or go without an event: partitions, tablespaces.</summary>
    RowsMoved,
}
