using System.Globalization;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Sql;

/// <summary>One INSERT or DELETE of several rows, while it grows. Rows that are not to be undone are deleted in the order of the log,
/// as foreign keys may ask for: the server takes those of one statement by the key.</summary>
/// <param name="output">Takes the statement.</param>
/// <param name="form">Says how large it may become.</param>
internal sealed class SqlBatch(SqlOutput output, SqlForm form) : IDisposable
{
    private readonly TextBuffer _sql = new();
    private SqlTable? _table;
    private RowOperation _operation;
    private RowLayout? _layout;
    private int _rows;
    private Int128 _lastKey;

    public long StatementCount { get; private set; }

    /// <summary>Adds a row to the statement, or starts another with it.</summary>
    /// <param name="table">The row's table.</param>
    /// <param name="operation">Insert or delete.</param>
    /// <param name="layout">The columns of an insert.</param>
    /// <param name="row">Its values in parentheses, or its key.</param>
    public void Add(SqlTable table, RowOperation operation, RowLayout layout, ReadOnlySpan<byte> row)
    {
        Int128 key = operation == RowOperation.Delete && !form.Reverse ? Int128.Parse(row, CultureInfo.InvariantCulture) : 0;
        if (table != _table || operation != _operation || layout != _layout || _rows == form.BatchSize || key < _lastKey
            || _sql.Length + row.Length > form.StatementLength)
        {
            Flush();
            (_table, _operation, _layout) = (table, operation, layout);
            _sql.Append(operation == RowOperation.Insert ? table.InsertHead(layout) : table.DeleteHead());
        }
        else
        {
            _sql.Append(", "u8);
        }

        _sql.Append(row);
        (_lastKey, _rows) = (key, _rows + 1);
    }

    /// <summary>Ends the statement, if there is one.</summary>
    public void Flush()
    {
        if (_rows == 0)
            return;
        _sql.Append(_operation == RowOperation.Insert ? ";"u8 : ");"u8);
        output.Statement(_sql.Written);
        StatementCount++;
        _sql.Clear();
        (_table, _rows) = (null, 0);
    }

    public void Dispose() => _sql.Dispose();
}
