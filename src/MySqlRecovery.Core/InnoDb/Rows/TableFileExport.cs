using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Rows;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>Writes the rows of a file straight from its pages, on all processors, in the order of pages.</summary>
internal sealed class TableFileExport
{
    private readonly TableFile _source;
    private readonly RowFile _target;
    private readonly TableRowFormat _format;
    private readonly Action<RecoveryException> _onError;
    private readonly int[] _columns;
    private readonly RowShape _shape;

    /// <param name="source">The file.</param>
    /// <param name="target">Where the rows go.</param>
    /// <param name="format">How they are written.</param>
    /// <param name="columns">Indexes of the columns to write; null for all.</param>
    /// <param name="onError">Told of every damaged page, from the calling thread.</param>
    public TableFileExport(TableFile source, RowFile target, TableRowFormat format, int[]? columns, Action<RecoveryException> onError)
    {
        (_source, _target, _format, _onError) = (source, target, format, onError);
        _columns = [.. Enumerable.Range(0, source.Table.Columns.Length)
            .Where(i => !source.Table.Columns[i].Definition.IsGenerated && (columns == null || Array.IndexOf(columns, i) >= 0))];
        _shape = new RowShape(
            source.Table.Database, source.Table.Name, Array.ConvertAll(_columns, i => source.Table.Columns[i].Definition.Name));
    }

    /// <summary>The place in the redo log up to which the newest leaf has what the server did.</summary>
    public ulong NewestLsn { get; private set; }

    public void Write(TableRowSelection selection, CancellationToken stop)
    {
        _target.Start(_shape);
        TableRowSelection listed = selection & ~TableRowSelection.Deleted;
        if (listed != 0)
            WriteListed(listed, stop);
        if (selection.HasFlag(TableRowSelection.Deleted))
            WriteDeleted(reports: listed == 0, stop);
    }

    // A few chunks at a time are read and written out as text, then put into the file in their order.
    private void WriteListed(TableRowSelection listed, CancellationToken stop)
    {
        TablespaceFile file = _source.File;
        uint perChunk = (uint)(TablespaceFile.ChunkSize / file.PageLength), chunks = (file.PageCount + perChunk - 1) / perChunk;
        var workers = new Worker[Environment.ProcessorCount * 2];
        for (int i = 0; i < workers.Length; i++)
            workers[i] = new Worker(this, stop);
        try
        {
            for (uint first = 0; first < chunks; first += (uint)workers.Length)
            {
                int count = (int)Math.Min((uint)workers.Length, chunks - first);
                Parallel.For(
                    0, count, new ParallelOptions { CancellationToken = stop }, i => workers[i].ReadChunk(
                        (first + (uint)i) * perChunk, listed));
                for (int i = 0; i < count; i++)
                    workers[i].Deliver();
            }
        }
        catch (AggregateException e) when (e.InnerException is RecoveryException inner)
        {
            throw inner;
        }
        finally
        {
            foreach (Worker worker in workers)
                worker.Dispose();
        }
    }

    private void WriteDeleted(bool reports, CancellationToken stop)
    {
        using var worker = new Worker(this, stop);
        worker.ReadDeleted(reports);
    }

    /// <summary>Reads one chunk at a time.</summary>
    private sealed class Worker : IDisposable
    {
        private readonly TableFileExport _export;
        private readonly byte[] _buffer = new byte[TablespaceFile.ChunkSize];
        private readonly TableRowReader _reader;
        private readonly RowTextWriter _writer;
        private readonly List<RecoveryException> _errors = [];
        private long _rows, _partial;

        public Worker(TableFileExport export, CancellationToken stop)
        {
            _export = export;
            _reader = new TableRowReader(export._source, _errors.Add, stop);
            _writer = RowTextWriter.Create(export._format, export._shape);
        }

        public void ReadChunk(uint first, TableRowSelection listed)
        {
            TablespaceFile file = _export._source.File;
            int read = file.ReadPages(first, _buffer.AsSpan(0, _buffer.Length / file.PageLength * file.PageLength));
            for (int i = 0; i < read; i++)
            {
                ReadOnlySpan<byte> page = _buffer.AsSpan(i * file.PageLength, file.PageLength);
                uint number = first + (uint)i;
                if (_reader.IsWholeLeaf(page, number, reports: true) && !_export._source.IsFree(page, number))
                    _reader.ReadListed(page, number, listed, Add);
            }
        }

        public void ReadDeleted(bool reports)
        {
            _reader.Read(TableRowSelection.Deleted, row =>
            {
                Add(row);
                if (_writer.Text.Length >= TablespaceFile.ChunkSize)
                    Deliver();
            }, reports);
            Deliver();
        }

        public void Deliver()
        {
            _export._target.Write(_writer, _rows);
            _export._target.LeaveOut(_partial);
            foreach (RecoveryException error in _errors)
            {
                _export._target.Lack(error.Message);
                _export._onError(error);
            }

            _export.NewestLsn = Math.Max(_export.NewestLsn, _reader.NewestLsn);
            _errors.Clear();
            (_rows, _partial) = (0, 0);
        }

        public void Dispose() => _writer.Dispose();

        [MethodImpl(Jit.Hot)]
        private void Add(StoredRow row)
        {
            if (row.State == TableRowState.Partial)
            {
                _partial++;
                return;
            }

            int start = _writer.Text.Length;
            _writer.BeginRow();
            try
            {
                for (int i = 0; i < _export._columns.Length; i++)
                {
                    int column = _export._columns[i];
                    ValueRange range = row.Values[column];
                    if (range.IsNull)
                        _writer.AddNull(i);
                    else
                        _writer.Add(i, row.Table.Columns[column].Definition, range.Of(row.Bytes));
                }
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                _writer.TakeBack(start);
                _errors.Add(_reader.RowUnreadable(row.PageNumber, row.Offset, e));
                return;
            }

            _writer.EndRow();
            _rows++;
        }
    }
}
