using System.Text;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Output.Rows;

/// <summary>A file of rows that comes into being whole or not at all; with its LOAD DATA statement beside it where it is TSV.</summary>
internal sealed class RowFile : IDisposable
{
    private const int MostReasons = 100;
    private readonly TableRowFormat _format;
    private readonly string _path;
    private readonly bool _overwrite;
    private readonly string[] _sources;
    private readonly PendingFile _file;
    private readonly List<string> _reasons = [];
    private readonly List<string> _tables = [];
    private RowShape? _shape;
    private ColumnConversion[] _conversions = [];
    private long _length, _rows, _partial, _hiddenReasons;

    /// <param name="path">The file.</param>
    /// <param name="format">The format.</param>
    /// <param name="overwrite">Whether existing files may be replaced.</param>
    /// <param name="sources">The files that the rows are read from; none for objects.</param>
    public RowFile(string path, TableRowFormat format, bool overwrite, string[] sources)
    {
        (_path, _format, _overwrite, _sources) = (path, format, overwrite, sources);
        if (format == TableRowFormat.Tsv)
            PendingFile.CheckFree(LoadDataPath, overwrite, sources);
        _file = PendingFile.Create(path, overwrite, sources);
    }

    private string LoadDataPath => System.IO.Path.ChangeExtension(_path, ".load.sql");

    /// <summary>Starts the rows of a table; only SQL can have several in one file.</summary>
    public void Start(RowShape shape)
    {
        string table = $"{shape.Database}.{shape.Table}";
        if (_shape != null && _format != TableRowFormat.Sql && (_tables[0] != table || !_shape.Columns.SequenceEqual(shape.Columns)))
            throw new RecoveryException("SeveralTables", RecoveryErrorKind.InvalidArgument,
                $"rows of {table} cannot be in one file of this format with rows of {_tables[0]}", _path,
                recommendedAction: "Write one file a table, or SQL.");
        bool isFirst = _shape == null;
        if (isFirst)
            _conversions = new ColumnConversion[shape.Columns.Length];
        _shape = shape;
        if (!_tables.Contains(table))
            _tables.Add(table);
        if (!isFirst)
            return;
        using RowTextWriter writer = RowTextWriter.Create(_format, shape);
        writer.WriteHead();
        Write(writer, 0);
    }

    /// <summary>Writes what a writer has, and clears it.</summary>
    public void Write(RowTextWriter writer, long rows)
    {
        writer.Flush();
        Write(writer.Text.Written);
        _rows += rows;
        writer.Text.Clear();
        for (int i = 0; i < _conversions.Length && i < writer.Conversions.Length; i++)
        {
            if (writer.Conversions[i] > ColumnConversion.None && _conversions[i] != ColumnConversion.Hexadecimal)
                _conversions[i] = writer.Conversions[i];
        }
    }

    /// <summary>Writes a part of a row that is never in memory as a whole.</summary>
    public void Write(ReadOnlySpan<byte> text)
    {
        _file.Write(_length, text);
        _length += text.Length;
    }

    /// <summary>Counts rows that are left out because values of them are lost.</summary>
    public void LeaveOut(long partialRows) => _partial += partialRows;

    /// <summary>Notes why the file lacks something.</summary>
    public void Lack(string reason)
    {
        if (_reasons.Count < MostReasons)
            _reasons.Add(reason);
        else
            _hiddenReasons++;
    }

    /// <summary>Gives the file its name.</summary>
    public TableRowExport Commit()
    {
        if (_partial > 0)
            Lack($"{_partial} rows with lost values are left out; Get-IbdRow gives what is left of them");
        if (_hiddenReasons > 0)
            _reasons.Add($"and {_hiddenReasons} more");
        bool isLoaded = _format == TableRowFormat.Tsv && _shape != null;
        if (isLoaded)
        {
            using PendingFile load = PendingFile.Create(LoadDataPath, _overwrite, _sources);
            load.Write(0, Encoding.UTF8.GetBytes(TsvRowWriter.LoadData(_shape!, _conversions, _path)));
            load.Commit();
        }

        _file.Commit();
        return new TableRowExport
        {
            Path = _path,
            Format = _format,
            LoadDataPath = isLoaded ? LoadDataPath : null,
            Table = [.. _tables],
            RowCount = _rows,
            PartialRowCount = _partial,
            IsComplete = _reasons.Count == 0,
            Reason = [.. _reasons],
        };
    }

    public void Dispose() => _file.Dispose();
}
