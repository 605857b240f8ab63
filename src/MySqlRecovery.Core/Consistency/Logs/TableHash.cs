using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>
/// The fingerprint of what a transaction does to one table. It leaves out what differs from server to server: table
/// ids, positions, how rows are spread over events, flags, extra row information, and the order of the rows, which is another
/// where a replica looks for them with a hash scan.
/// </summary>
internal sealed class TableHash
{
    private TableMap? _map;
    private bool _isPlain;
    private ValueRange[] _values = [];
    private readonly XxHash64 _row = new();
    private ulong _sum;

    public string Database { get; private set; } = string.Empty;

    public string Table { get; private set; } = string.Empty;

    public int RowCount { get; private set; }

    public TableContent Content => new(Database, Table, _sum, RowCount);

    public void Reset(TableMap map)
    {
        (Database, Table, RowCount, _sum) = (map.Database, map.Table, 0, 0);
    }

    /// <summary>Takes the rows of an event in.</summary>
    public void Append(in RowsEvent rows, TableMap map)
    {
        if (_map != map)
        {
            _map = map;
            // The bytes of a JSON document or of a compressed value depend on how the server came to them.
            _isPlain = !Array.Exists(map.Columns, c => c.Type == ColumnType.Json || CompressedColumn.IsCompressed(c.Type));
        }

        var cursor = new RowCursor(rows, map);
        while (cursor.MoveNext())
        {
            RowCount++;
            _row.Reset();
            Append((byte)rows.Operation);
            if (!cursor.Before.IsEmpty)
                Append(cursor.BeforeLayout, cursor.Before);
            // Changes of JSON documents that stand for the documents are no row image.
            if (rows.Type == BinlogEventType.PartialUpdateRows)
                _row.Append(cursor.After);
            else if (!cursor.After.IsEmpty)
                Append(cursor.AfterLayout, cursor.After);
            _sum += _row.GetCurrentHashAsUInt64();
        }
    }

    private void Append(RowLayout layout, ReadOnlySpan<byte> image)
    {
        int width = layout.Ordinals.Length;
        if (!layout.IsFull)
        {
            foreach (int ordinal in layout.Ordinals)
                Append((byte)ordinal);
        }

        if (!_isPlain)
        {
            AppendValues(layout, image);
            return;
        }

        // Bits after the last column are as the server left them.
        int last = layout.NullBytes - 1;
        if (last >= 0)
        {
            _row.Append(image[..last]);
            Append((byte)(image[last] & (width % 8 == 0 ? 0xFF : (1 << width % 8) - 1)));
        }

        _row.Append(image[layout.NullBytes..]);
    }

    private void AppendValues(RowLayout layout, ReadOnlySpan<byte> image)
    {
        if (_values.Length < layout.Ordinals.Length)
            _values = new ValueRange[layout.Columns.Length];
        layout.Locate(image, _values);
        Span<byte> length = stackalloc byte[4];
        for (int i = 0; i < layout.Ordinals.Length; i++)
        {
            ColumnDefinition column = layout.Columns[layout.Ordinals[i]];
            ReadOnlySpan<byte> value = _values[i].IsNull ? default : _values[i].Of(image);
            if (!_values[i].IsNull && column.Type == ColumnType.Json)
                value = Encoding.UTF8.GetBytes((string)ColumnValue.Decode(column, value));
            else if (!_values[i].IsNull && CompressedColumn.IsCompressed(column.Type))
                value = CompressedColumn.Expand(value);
            BinaryPrimitives.WriteInt32LittleEndian(length, _values[i].IsNull ? -1 : value.Length);
            _row.Append(length);
            _row.Append(value);
        }
    }

    private void Append(byte value) => _row.Append([value]);
}
