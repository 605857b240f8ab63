using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Sql;

/// <summary>
/// Writes row changes as a script that does not depend on the session that runs it: settings first, then one transaction
/// for each of the log's.
/// </summary>
internal sealed class SqlScriptWriter : IDisposable
{
    private const string StrictMode = "SET sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';";

    /// <summary>What a script sets first, so that it does not depend on the session that runs it.</summary>
    public static readonly IReadOnlyList<string> Settings =
    [
        "SET NAMES utf8mb4;",
        "SET time_zone = '+00:00';",
        StrictMode,
        "SET sql_auto_is_null = 0;",
        "SET sql_safe_updates = 0;",
        "SET foreign_key_checks = 0;",
    ];

    private readonly SqlOutput _output;
    private readonly Utf8Buffer _sql = new();
    private readonly RowStatement _statement;
    private readonly Dictionary<TableMap, SqlTable> _tables = new(ReferenceEqualityComparer.Instance);
    private bool _isInTransaction;

    public SqlScriptWriter(SqlOutput output)
    {
        _output = output;
        _statement = new RowStatement(_sql);
    }

    public long StatementCount { get; private set; }

    /// <summary>Writes the settings; nothing may come before them but comments.</summary>
    public void Begin()
    {
        foreach (string setting in Settings)
            Write(setting);
    }

    /// <summary>Starts a transaction; <paramref name="origin"/> says which one of the log it stands for.</summary>
    public void BeginTransaction(string origin)
    {
        EndTransaction();
        _output.Comment(origin);
        Write("BEGIN;");
        _isInTransaction = true;
    }

    public void EndTransaction()
    {
        if (_isInTransaction)
            Write("COMMIT;");
        _isInTransaction = false;
    }

    /// <summary>Writes the row that a cursor stands on, as it was done or, in reverse, as it is undone.</summary>
    /// <returns>Null, or why SQL cannot express the change; then nothing is written.</returns>
    public string? WriteRow(TableMap map, RowOperation operation, bool reverse, in RowCursor row)
    {
        if (map.IsSystemVersioned)
            return "the table is system-versioned, and SQL cannot write its history: use the undo binlog";
        _sql.Clear();
        try
        {
            if (!WriteStatement(Table(map), operation, reverse, row))
                return null;
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            return $"the log holds a value that cannot be read: {e.Message}";
        }

        if (_statement.InexpressibleColumn is { } column)
            return $"column {column} holds a JSON document with a BIT or BLOB value, which SQL cannot write: use the undo binlog";
        if (_statement.NeedsLenientMode)
            Write("SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';");
        _output.Statement(_sql.Written);
        StatementCount++;
        if (_statement.NeedsLenientMode)
            Write(StrictMode);
        return null;
    }

    public void Dispose() => _sql.Dispose();

    private bool WriteStatement(SqlTable table, RowOperation operation, bool reverse, in RowCursor row)
    {
        switch (reverse ? Opposite(operation) : operation)
        {
            case RowOperation.Insert:
                _statement.WriteInsert(table, reverse ? row.BeforeLayout : row.AfterLayout, reverse ? row.Before : row.After);
                return true;
            case RowOperation.Delete:
                _statement.WriteDelete(table, reverse ? row.AfterLayout : row.BeforeLayout, reverse ? row.After : row.Before);
                return true;
            default:
                return reverse
                    ? _statement.WriteUpdate(table, row.AfterLayout, row.After, row.BeforeLayout, row.Before)
                    : _statement.WriteUpdate(table, row.BeforeLayout, row.Before, row.AfterLayout, row.After);
        }
    }

    private static RowOperation Opposite(RowOperation operation) => operation switch
    {
        RowOperation.Insert => RowOperation.Delete,
        RowOperation.Delete => RowOperation.Insert,
        _ => RowOperation.Update,
    };

    private SqlTable Table(TableMap map)
    {
        if (!_tables.TryGetValue(map, out SqlTable? table))
            _tables.Add(map, table = SqlTable.For(map));
        return table;
    }

    private void Write(string statement) => _output.Statement(System.Text.Encoding.UTF8.GetBytes(statement));
}
