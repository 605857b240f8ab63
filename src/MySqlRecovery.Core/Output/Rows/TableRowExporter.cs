using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Rows;

/// <summary>Writes rows that come as objects.</summary>
internal sealed class TableRowExporter(RowFile file, TableRowFormat format) : IDisposable
{
    private const int BufferLength = 1 << 20;
    private RowTextWriter? _writer;
    private long _rows;

    /// <summary>Writes a row; one with lost values is left out.</summary>
    /// <exception cref="RecoveryException">The rows of this table cannot be in the same file.</exception>
    public void Add(TableRow row)
    {
        if (row.MissingColumn.Length > 0)
        {
            file.LeaveOut(1);
            return;
        }

        string[] columns = [.. row.Value.Keys.Cast<string>().Except(row.GeneratedColumn, StringComparer.OrdinalIgnoreCase)];
        if (_writer == null || _writer.Shape.Table != row.Table || _writer.Shape.Database != row.Database
            || !_writer.Shape.Columns.SequenceEqual(columns))
        {
            Flush();
            _writer?.Dispose();
            var shape = new RowShape(row.Database, row.Table, columns);
            file.Start(shape);
            _writer = RowTextWriter.Create(format, shape);
        }

        bool isLarge = row.Value.Values.Cast<object?>().Sum(LengthOf) > BufferLength;
        if (isLarge)
            Flush();
        try
        {
            if (isLarge)
                BeginLargeRow();
            else
                _writer.BeginRow();
            for (int i = 0; i < columns.Length; i++)
                _writer.AddObject(i, row.Value[columns[i]]);
            _writer.EndRow();
        }
        catch (Exception e) when (e is InvalidDataException or TextTooLongException)
        {
            throw new RecoveryException("InputObjectUnknown", RecoveryErrorKind.InvalidArgument,
                $"a row of {row.Database}.{row.Table} cannot be written: {e.Message}", inner: e);
        }

        _writer.Text.Sink = null;
        _rows++;
        if (_writer.Text.Length >= BufferLength)
            Flush();
    }

    /// <summary>Hands over what is not in the file yet.</summary>
    public void Flush()
    {
        if (_writer != null)
            file.Write(_writer, _rows);
        _rows = 0;
    }

    public void Dispose() => _writer?.Dispose();

    // Its text goes to the file while it is made; where it fails, there will be no file.
    private void BeginLargeRow()
    {
        _writer!.Text.Sink = file.Write;
        _writer.BeginLargeRow();
    }

    private static long LengthOf(object? value) => value switch
    {
        string text => text.Length,
        byte[] bytes => bytes.Length,
        _ => 0,
    };
}
