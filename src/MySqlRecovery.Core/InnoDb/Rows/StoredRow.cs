using System.Collections.Specialized;
using System.Globalization;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Rows;

/// <summary>One row in the form of row images; used again for every row.</summary>
internal sealed class StoredRow
{
    private readonly ValueBuffer _bytes = new();

    public StoredRow(StoredTable table)
    {
        Table = table;
        Values = new ValueRange[table.Columns.Length];
        Missing = new bool[table.Columns.Length];
    }

    public StoredTable Table { get; }

    public TableRowState State { get; private set; }

    public uint PageNumber { get; private set; }

    /// <summary>Where the record is within its page.</summary>
    public int Offset { get; private set; }

    public ulong TransactionId { get; private set; }

    public ulong RollPointer { get; private set; }

    /// <summary>Where each column's value lies in <see cref="Bytes"/>.</summary>
    public ValueRange[] Values { get; }

    /// <summary>Whether a column's value is lost.</summary>
    public bool[] Missing { get; }

    public ReadOnlySpan<byte> Bytes => _bytes.Written;

    /// <summary>Takes the record whose fields were read last. What is lost off-page makes a deleted row a partial one.</summary>
    /// <exception cref="InvalidDataException">A value is not one of its column.</exception>
    [MethodImpl(Jit.Hot)]
    public void Take(TableFile source, ReadOnlySpan<byte> page, uint number, int origin, RecordFields fields, TableRowState state)
    {
        (State, PageNumber, Offset) = (state, number, origin);
        _bytes.Truncate(0);
        TransactionId = fields.TransactionId(page);
        RollPointer = fields.RollPointer(page);
        StoredColumn[] columns = Table.Columns;
        for (int i = 0; i < columns.Length; i++)
        {
            StoredColumn column = columns[i];
            FieldRange range = fields.Ranges[column.Field];
            Missing[i] = false;
            if (range.Length >= 0 && !range.IsExternal)
                Add(i, column, page.Slice(range.Start, range.Length));
            else if (range.IsExternal)
                AddOffPage(i, column, source, page.Slice(range.Start, range.Length));
            else if (range.Length == FieldRange.Absent && column.Default != null)
                Add(i, column, column.Default);
            else
                Values[i] = new ValueRange(0, -1);
        }

        if (State == TableRowState.Live && Table.RowEnd >= 0 && !IsCurrent(page, fields.Ranges[columns[Table.RowEnd].Field]))
            State = TableRowState.History;
    }

    private static ReadOnlySpan<byte> EndOf2038 => [0x7F, 0xFF, 0xFF, 0xFF, 0x0F, 0x42, 0x3F];

    private static ReadOnlySpan<byte> EndOf2106 => [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x42, 0x3F];

    // The end of a row's life is the largest time (of 2038, since MariaDB 11.5 of 2106) or the largest transaction number.
    private static bool IsCurrent(ReadOnlySpan<byte> page, FieldRange end)
    {
        ReadOnlySpan<byte> value = page.Slice(end.Start, Math.Max(end.Length, 0));
        return value.SequenceEqual(EndOf2038) || value.SequenceEqual(EndOf2106) || !value.ContainsAnyExcept((byte)0xFF);
    }

    /// <summary>The row as the object that users get.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Indexes of the columns to give; null for all.</param>
    /// <exception cref="InvalidDataException">A value is not one of its column.</exception>
    public TableRow ToTableRow(string path, int[]? columns)
    {
        var value = new OrderedDictionary(Table.Columns.Length, StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < Table.Columns.Length; i++)
        {
            if (!Missing[i] && (columns == null || Array.IndexOf(columns, i) >= 0))
                value.Add(Table.Columns[i].Definition.Name, Decode(i));
        }

        OrderedDictionary? key = null;
        if (Table.PrimaryKey.Length > 0 && !Array.Exists(Table.PrimaryKey, i => Missing[i]))
        {
            key = new OrderedDictionary(Table.PrimaryKey.Length, StringComparer.OrdinalIgnoreCase);
            foreach (int i in Table.PrimaryKey)
                key[Table.Columns[i].Definition.Name] = Decode(i);
        }

        return new TableRow
        {
            Database = Table.Database,
            Table = Table.Name,
            State = State,
            Key = key,
            Value = value,
            MissingColumn = [.. Table.Columns.Where((_, i) => Missing[i]).Select(c => c.Definition.Name)],
            GeneratedColumn = Table.GeneratedColumns,
            Source = string.Create(CultureInfo.InvariantCulture, $"{path}, page {PageNumber}, offset {Offset}"),
            TransactionId = TransactionId,
            RollPointer = RollPointer,
        };
    }

    /// <summary>A value as the object that users get; null for NULL.</summary>
    public object? Decode(int column)
    {
        if (Values[column].IsNull)
            return null;
        ColumnDefinition definition = Table.Columns[column].Definition;
        try
        {
            return ColumnValue.Decode(definition, Values[column].Of(Bytes));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"a value of {Table.Database}.{Table.Name}.{definition.Name}: {e.Message}", e);
        }
    }

    private void AddOffPage(int i, StoredColumn column, TableFile source, ReadOnlySpan<byte> field)
    {
        int start = _bytes.Length;
        try
        {
            OffPageValue.Read(source, field, isFreed: State is not (TableRowState.Live or TableRowState.DeleteMarked), _bytes);
            if (column.IsCompressed)
            {
                byte[] expanded = CompressedColumn.Expand(_bytes.From(start)).ToArray();
                _bytes.Truncate(start);
                _bytes.Append(expanded);
            }

            // In its place: a large value is in memory once.
            Span<byte> value = _bytes.From(start);
            Values[i] = new ValueRange(start, column.Convert(value, value));
            _bytes.Truncate(start + Values[i].Length);
        }
        catch (InvalidDataException) when (State != TableRowState.Live)
        {
            // Purge has given the pages away.
            _bytes.Truncate(start);
            Missing[i] = true;
            State = TableRowState.Partial;
            Values[i] = new ValueRange(0, -1);
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Add(int i, StoredColumn column, ReadOnlySpan<byte> value)
    {
        if (column.IsCompressed)
            value = CompressedColumn.Expand(value);
        int length = column.Convert(value, _bytes.Reserve(value.Length));
        Values[i] = new ValueRange(_bytes.Length, length);
        _bytes.Advance(length);
    }
}
