using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Sql;

/// <summary>
/// Writes row changes as a script that does not depend on the session that runs it: settings first, then one transaction
/// for each of the log's.
/// </summary>
internal sealed class SqlScriptWriter : IDisposable
{
    /// <summary>The sql_mode of scripts: what a column cannot hold is an error.</summary>
    public const string StrictMode = "SET sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';";

    /// <summary>The sql_mode for values that only a server which was not strict has taken: index 0 of an ENUM.</summary>
    public const string LenientMode = "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';";

    private const string WithForeignKeyChecks = "SET foreign_key_checks = 1;";
    private const string NoForeignKeyChecks = "SET foreign_key_checks = 0;";

    // Rows may be there that break a CHECK: it was added, or off, when they came. Other servers pass over the comment.
    private const string NoConstraintChecks = "/*M!100201 SET check_constraint_checks = 0 */;";

    /// <summary>What a script sets first, so that it does not depend on the session that runs it.</summary>
    public static readonly IReadOnlyList<string> Settings =
    [
        "SET NAMES utf8mb4;",
        "SET time_zone = '+00:00';",
        StrictMode,
        "SET sql_auto_is_null = 0;",
        "SET sql_safe_updates = 0;",
        NoForeignKeyChecks,
    ];

    /// <summary>The most that <c>max_allowed_packet</c> can be.</summary>
    public const int LongestStatement = 1 << 30;

    /// <summary>Bytes of a row from which on its statement goes out in pieces, where they are taken.</summary>
    private const int LargeRow = 1 << 20;

    private readonly SqlOutput _output;
    private readonly SqlForm _form;
    private readonly TextBuffer _sql = new() { MaximumLength = LongestStatement };
    private readonly RowStatement _statement;
    private readonly Dictionary<TableMap, SqlTable> _tables = new(ReferenceEqualityComparer.Instance);
    private readonly SqlBatch? _batch;
    private SqlTable? _lastTable;
    private bool? _checksForeignKeys = false;
    private string? _unwrittenBegin;
    private bool _isPart;
    private long _statements;

    /// <param name="output">Takes the statements.</param>
    /// <param name="form">Their form.</param>
    public SqlScriptWriter(SqlOutput output, SqlForm form)
    {
        _output = output;
        _form = form;
        _statement = new RowStatement(_sql);
        _batch = form.BatchSize > 1 ? new SqlBatch(output, form) : null;
    }

    public long StatementCount => _statements + (_batch?.StatementCount ?? 0);

    /// <summary>
    /// Flags of the event whose rows are written: they say whether the server checked foreign keys, and whether it logged what
    /// those changed. Null for sums of changes, whose order is not that of the log: nothing is checked then.
    /// </summary>
    public RowsEventFlags? EventFlags { get; set; }

    /// <summary>Where the event stands in its statement.</summary>
    public StatementPart Part { get; set; }

    /// <summary>
    /// What the first statement of a part of a script needs of foreign_key_checks, which is set before the part; null where
    /// the part has no statement, or is no part.
    /// </summary>
    public bool? FirstChecks { get; private set; }

    /// <summary>What foreign_key_checks is after the last statement; null before the first.</summary>
    public bool? LastChecks => _checksForeignKeys;

    /// <summary>Writes the settings; nothing may come before them but comments. Foreign key checks are set with the first
    /// transaction.</summary>
    /// <param name="isMariaDb">Whether the rows are of a MariaDB server.</param>
    public void Begin(bool isMariaDb)
    {
        foreach (string setting in Settings.Where(s => s != NoForeignKeyChecks))
            Write(setting);
        if (isMariaDb)
            Write(NoConstraintChecks);
        _checksForeignKeys = null;
    }

    /// <summary>Starts a part of a script, whose text is put after that of others.</summary>
    public void BeginPart() => (FirstChecks, _checksForeignKeys, _isPart) = (null, null, true);

    /// <summary>Ends a part, which may do so within a transaction.</summary>
    public void EndPart()
    {
        Flush();
        WriteBegin();
    }

    /// <summary>Starts a transaction; <paramref name="origin"/> says which one of the log it stands for.</summary>
    public void BeginTransaction(string origin) => _unwrittenBegin = origin;

    public void EndTransaction()
    {
        EndPart();
        _output.Statement("COMMIT;"u8);
    }

    /// <summary>Writes the rows that wait for others of their statement.</summary>
    public void Flush() => _batch?.Flush();

    /// <summary>Writes the row that a cursor stands on, as it was done or, in reverse, as it is undone.</summary>
    /// <returns>Null, or why SQL cannot express the change; then nothing is written.</returns>
    [MethodImpl(Jit.Hot)]
    public string? WriteRow(TableMap map, RowOperation operation, in RowCursor row) => _form.Reverse
        ? WriteChange(map, Opposite(operation), row.AfterLayout, row.After, row.BeforeLayout, row.Before)
        : WriteChange(map, operation, row.BeforeLayout, row.Before, row.AfterLayout, row.After);

    /// <summary>Writes what makes one image of another; an insert has no first, a delete no second one.</summary>
    /// <returns>Null, or why SQL cannot express the change; then nothing is written.</returns>
    [MethodImpl(Jit.Hot)]
    public string? WriteChange(
        TableMap map, RowOperation operation, RowLayout fromLayout, ReadOnlySpan<byte> from, RowLayout toLayout, ReadOnlySpan<byte> to)
    {
        bool isHistory = false;
        if (map.RowEnd != null)
        {
            RowOperation? present = VersionedRow.OfPresent(map, operation, fromLayout, from, toLayout, to);
            isHistory = present == null && operation == RowOperation.Insert && _form.WritesHistory && VersionedRow.HasPeriod(map, toLayout);
            if (present == null && !isHistory)
                return operation == (_form.Reverse ? RowOperation.Insert : RowOperation.Delete) ? VersionedRow.LostHistory : null;
            operation = present ?? operation;
        }

        _sql.Clear();
        TextSink? pieces = (long)from.Length + to.Length > LargeRow ? _output.Pieces : null;
        try
        {
            SqlTable table = Table(map);
            if (table.ChosenColumns != null && ChosenColumnsObstacle(table, operation, fromLayout, from, toLayout, to) is { } obstacle)
                return obstacle;
            if (_batch != null && pieces == null && !isHistory && operation != RowOperation.Update
                && TryAddToBatch(_batch, table, operation, fromLayout, from, toLayout, to))
                return null;
            // A large statement is made twice, first for nothing but whether it can be, and never is in memory as a whole.
            (_sql.Sink, _sql.CountsOnly) = (null, pieces != null);
            if (!WriteStatement(table, operation, fromLayout, from, toLayout, to, isHistory))
                return null;
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            return $"the log holds a value that cannot be read: {e.Message}";
        }
        catch (TextTooLongException)
        {
            return "the statement would be longer than the 1 GiB that max_allowed_packet can be";
        }

        if (_statement.InexpressibleColumn is { } column)
            return $"column {column} holds a JSON document with a BIT or BLOB value, which SQL cannot write: use the undo binlog";
        Flush();
        CheckForeignKeys(!isHistory && ChecksForeignKeys(operation));
        if (_statement.NeedsLenientMode)
            Write(LenientMode);
        if (pieces != null)
        {
            _sql.Clear();
            (_sql.Sink, _sql.CountsOnly) = (pieces, false);
            WriteStatement(Table(map), operation, fromLayout, from, toLayout, to, isHistory);
        }

        _output.Statement(_sql.Written);
        _statements++;
        if (_statement.NeedsLenientMode)
            Write(StrictMode);
        return null;
    }

    public void Dispose()
    {
        _sql.Dispose();
        _batch?.Dispose();
    }

    /// <summary>False, and nothing written, for an update that changes nothing that may be set.</summary>
    [MethodImpl(Jit.Hot)]
    private bool WriteStatement(
        SqlTable table, RowOperation operation, RowLayout fromLayout, ReadOnlySpan<byte> from, RowLayout toLayout, ReadOnlySpan<byte> to,
        bool isHistory)
    {
        switch (operation)
        {
            case RowOperation.Insert when isHistory:
                _statement.WriteHistory(table, toLayout, to);
                return true;
            case RowOperation.Insert:
                _statement.WriteInsert(table, toLayout, to);
                return true;
            case RowOperation.Delete:
                _statement.WriteDelete(table, fromLayout, from);
                return true;
            default:
                return _statement.WriteUpdate(table, fromLayout, from, toLayout, to);
        }
    }

    /// <summary>False, and nothing written, for a row that needs a statement of its own or cannot be written.</summary>
    private bool TryAddToBatch(
        SqlBatch batch, SqlTable table, RowOperation operation, RowLayout fromLayout, ReadOnlySpan<byte> from, RowLayout toLayout,
        ReadOnlySpan<byte> to)
    {
        bool isInsert = operation == RowOperation.Insert;
        RowLayout layout = isInsert ? toLayout : fromLayout;
        if (_statement.WriteOneOfSeveral(table, operation, layout, isInsert ? to : from) && !_statement.NeedsLenientMode
            && _statement.InexpressibleColumn == null)
        {
            // The rows of one DELETE go in the order of the key, in which, undone, a row may go before those that refer to it. Done
            // again, those go with it that the key took along unlogged.
            CheckForeignKeys((isInsert || !_form.Reverse) && ChecksForeignKeys(operation));
            batch.Add(table, operation, layout, _sql.Written);
            return true;
        }

        _sql.Clear();
        return false;
    }

    // Chosen columns are set in the row as it is now, whatever else became of it: only its key can find it.
    private static string? ChosenColumnsObstacle(
        SqlTable table, RowOperation operation, RowLayout fromLayout, ReadOnlySpan<byte> from, RowLayout toLayout, ReadOnlySpan<byte> to)
    {
        if (!Array.Exists(table.ChosenColumns!, c => c))
            return "the table has none of the columns that -Column names";
        if (operation != RowOperation.Update)
            return "-Column sets columns of rows that were updated; these rows were inserted or deleted as a whole";
        int[] key = table.Key;
        if (key.Length == 0 || !Array.TrueForAll(key, k => Array.IndexOf(fromLayout.Ordinals, k) >= 0))
            return "-Column finds rows by their key, and none is known: give -SchemaPath if the table has one";
        bool losesKey = RowDecoder.ChangedOrdinals(fromLayout, from, toLayout, to)
            .Exists(o => Array.IndexOf(key, o) >= 0 && !table.ChosenColumns![o]);
        return losesKey ? "the update changed the key, by which other changes of the row are found: name the key in -Column too" : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RowOperation Opposite(RowOperation operation) => operation switch
    {
        RowOperation.Insert => RowOperation.Delete,
        RowOperation.Delete => RowOperation.Insert,
        _ => RowOperation.Update,
    };

    [MethodImpl(Jit.Hot)]
    private SqlTable Table(TableMap map)
    {
        if (_lastTable?.Map == map)
            return _lastTable;
        if (!_tables.TryGetValue(map, out _lastTable))
            _tables.Add(map, _lastTable = SqlTable.For(map, _form));
        return _lastTable;
    }

    // What was checked is checked again: a row whose parent others removed since is not brought back, and a key takes along what it
    // took along unlogged. MySQL 9.6+ logs that in the same statement, and its REPLACE leaves children whose parent comes back.
    private bool ChecksForeignKeys(RowOperation operation) => EventFlags is { } flags && (flags & RowsEventFlags.NoForeignKeyChecks) == 0
        && (operation != RowOperation.Delete || (flags & RowsEventFlags.UseSqlForeignKey) == 0 || Part != StatementPart.OfSeveral);

    // Before the transaction starts, where it has not.
    [MethodImpl(Jit.Hot)]
    private void CheckForeignKeys(bool on)
    {
        if (on != _checksForeignKeys)
        {
            Flush();
            if (_isPart && _checksForeignKeys == null)
                FirstChecks = on;
            else
                WriteChecks(on, _output);
            _checksForeignKeys = on;
        }

        WriteBegin();
    }

    /// <summary>Sets foreign_key_checks.</summary>
    public static void WriteChecks(bool on, SqlOutput output) =>
        output.Statement(System.Text.Encoding.UTF8.GetBytes(on ? WithForeignKeyChecks : NoForeignKeyChecks));

    [MethodImpl(Jit.Hot)]
    private void WriteBegin()
    {
        if (_unwrittenBegin == null)
            return;
        _output.Comment(_unwrittenBegin);
        _output.Statement("BEGIN;"u8);
        _unwrittenBegin = null;
    }

    private void Write(string statement) => _output.Statement(System.Text.Encoding.UTF8.GetBytes(statement));
}
