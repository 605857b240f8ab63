using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Rows;
using MySqlRecovery.Text;

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
    private StoredRow? _largeRow;
    private RowTextWriter? _largeWriter;

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
        try
        {
            if (listed != 0)
                WriteListed(listed, stop);
            if (selection.HasFlag(TableRowSelection.Deleted))
                WriteDeleted(reports: listed == 0, stop);
        }
        finally
        {
            _largeWriter?.Dispose();
        }
    }

    // A few units of pages at a time are read and written out as text, then put into the file in their order. They are small
    // where the rows are long.
    private void WriteListed(TableRowSelection listed, CancellationToken stop)
    {
        TablespaceFile file = _source.File;
        int most = TablespaceFile.ChunkSize / file.PageLength, pages = most;
        var workers = new Worker[Environment.ProcessorCount * 2];
        for (int i = 0; i < workers.Length; i++)
            workers[i] = new Worker(this, listed, stop);
        try
        {
            for (long first = 0; first < file.PageCount;)
            {
                int count = (int)Math.Min(workers.Length, (file.PageCount - first + pages - 1) / pages);
                Parallel.For(
                    0, count, new ParallelOptions { CancellationToken = stop },
                    i => workers[i].Read((uint)(first + ((long)i * pages)), pages));
                first += (long)count * pages;
                int longest = 0;
                for (int i = 0; i < count; i++)
                    longest = Math.Max(longest, workers[i].Finish());
                pages = longest > Worker.MuchText / 2 ? Math.Max(pages / 4, 1)
                    : longest < Worker.MuchText / 16 ? Math.Min(pages * 2, most) : pages;
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
        using var worker = new Worker(this, TableRowSelection.Deleted, stop);
        worker.ReadDeleted(reports);
    }

    /// <summary>
    /// Reads a few pages at a time. Side by side with others it reads on up to a large row, or until it has much text; the rest
    /// when it is its turn to write, and a large row then goes to the file piece by piece.
    /// </summary>
    private sealed class Worker : IDisposable
    {
        /// <summary>Bytes of text from which on a worker waits for its turn.</summary>
        public const int MuchText = 8 << 20;

        private const int LargeRow = 1 << 20;
        private readonly TableFileExport _export;
        private readonly TableRowSelection _listed;
        private readonly byte[] _buffer = new byte[TablespaceFile.ChunkSize];
        private readonly TableRowReader _reader;
        private readonly RowTextWriter _writer;
        private readonly List<RecoveryException> _errors = [];
        private readonly Action<StoredRow> _add;
        private readonly Func<long, bool> _mayTake;
        private uint _first;
        private int _read, _page, _record;
        private bool _isItsTurn;
        private long _rows, _partial;

        public Worker(TableFileExport export, TableRowSelection listed, CancellationToken stop)
        {
            (_export, _listed, _add, _mayTake) = (export, listed, Add, MayTake);
            _reader = new TableRowReader(export._source, _errors.Add, stop);
            _writer = RowTextWriter.Create(export._format, export._shape);
        }

        /// <summary>Reads pages as far as it may.</summary>
        public void Read(uint first, int pages)
        {
            TablespaceFile file = _export._source.File;
            (_first, _page, _record) = (first, 0, 0);
            _read = file.ReadPages(first, _buffer.AsSpan(0, pages * file.PageLength));
            ReadOn();
        }

        /// <summary>Writes what was read, and reads and writes what is left; gives the bytes of text that there were before.</summary>
        public int Finish()
        {
            int length = _page < _read ? MuchText : _writer.Text.Length;
            Deliver();
            if (_page == _read)
                return length;

            // One large value at a time is in memory, in one place.
            StoredRow own = _reader.Row;
            (_reader.Row, _isItsTurn) = (_export._largeRow ??= new StoredRow(_export._source.Table), true);
            ReadOn();
            Deliver();
            (_reader.Row, _isItsTurn) = (own, false);
            return length;
        }

        public void Dispose() => _writer.Dispose();

        private void ReadOn()
        {
            TablespaceFile file = _export._source.File;
            for (; _page < _read; _page++, _record = 0)
            {
                ReadOnlySpan<byte> page = _buffer.AsSpan(_page * file.PageLength, file.PageLength);
                uint number = _first + (uint)_page;
                if (!_reader.IsWholeLeaf(page, number, reports: true) || _export._source.IsFree(page, number))
                    continue;
                int end = _reader.ReadListed(page, number, _listed, _add, _record, _mayTake);
                if (end < 0)
                    continue;
                _record = end;
                return;
            }
        }

        private bool MayTake(long offPage) => _isItsTurn || offPage <= LargeRow && _writer.Text.Length + offPage <= MuchText;

        public void ReadDeleted(bool reports)
        {
            _isItsTurn = true;
            _reader.Read(TableRowSelection.Deleted, Add, reports);
            Deliver();
        }

        private void Deliver()
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

        [MethodImpl(Jit.Hot)]
        private void Add(StoredRow row)
        {
            if (row.State == TableRowState.Partial)
            {
                _partial++;
                return;
            }

            if (_isItsTurn && row.Bytes.Length > LargeRow)
            {
                AddLarge(row);
                return;
            }

            int start = _writer.Text.Length;
            _writer.BeginRow();
            try
            {
                AddValues(_writer, row);
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                _writer.TakeBack(start);
                _errors.Add(_reader.RowUnreadable(row.PageNumber, row.Offset, e));
                return;
            }

            _writer.EndRow();
            _rows++;
            if (_isItsTurn && _writer.Text.Length >= LargeRow)
                Deliver();
        }

        // First for nothing but whether it can be written: what is in the file cannot be taken back.
        private void AddLarge(StoredRow row)
        {
            Deliver();
            RowTextWriter writer = _export._largeWriter ??= RowTextWriter.Create(_export._format, _export._shape);
            writer.Text.CountsOnly = true;
            try
            {
                writer.BeginRow();
                AddValues(writer, row);
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException or TextTooLongException)
            {
                _errors.Add(_reader.RowUnreadable(row.PageNumber, row.Offset, e));
                return;
            }
            finally
            {
                writer.Text.CountsOnly = false;
                writer.Text.Clear();
                writer.TakeBack(0);
            }

            writer.Text.Sink = _export._target.Write;
            writer.BeginLargeRow();
            AddValues(writer, row);
            writer.EndRow();
            writer.Text.Sink = null;
            _export._target.Write(writer, 1);
        }

        [MethodImpl(Jit.Hot)]
        private void AddValues(RowTextWriter writer, StoredRow row)
        {
            for (int i = 0; i < _export._columns.Length; i++)
            {
                int column = _export._columns[i];
                ValueRange range = row.Values[column];
                if (range.IsNull)
                    writer.AddNull(i);
                else
                    writer.Add(i, row.Table.Columns[column].Definition, range.Of(row.Bytes));
            }
        }
    }
}
