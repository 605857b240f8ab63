using System.Buffers.Binary;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Bench.Incidents;

/// <summary>Writes a binlog as MySQL 9.7 does: tables of INT columns in a database <c>shop</c>, GTIDs, full metadata, checksums.</summary>
internal sealed class TrafficLog
{
    private const int RowsPerEvent = 400;
    private static readonly Guid Uuid = Guid.Parse("2e7e0411-e5bd-11f1-8a43-02fc00000001");

    private readonly MemoryStream _log = new();
    private long _gtid;
    private uint _time;

    public TrafficLog(uint time)
    {
        _time = time;
        _log.Write([0xFE, 0x62, 0x69, 0x6E]);
        Add(BinlogEventType.FormatDescription, FormatDescriptionEvent.ForMySql(new Version(9, 7)).Raw[EventHeader.Size..^4]);
    }

    public byte[] Bytes => _log.ToArray();

    /// <summary>Where the next transaction begins.</summary>
    public long End => _log.Length;

    /// <summary>Begins a transaction.</summary>
    public void Begin(uint thread, uint time)
    {
        _time = time;
        AddGtid();
        AddStatement("BEGIN", thread);
    }

    public void Commit() => Add(BinlogEventType.Xid, new byte[8]);

    /// <summary>A statement that is a transaction of its own.</summary>
    public void Define(string sql, uint thread, uint time)
    {
        _time = time;
        AddGtid();
        AddStatement(sql, thread);
    }

    /// <summary>Rows of one statement: one image each, or for updates before and after in turn.</summary>
    public void Rows(TrafficTable table, RowOperation operation, IReadOnlyList<int[]> images)
    {
        int step = operation == RowOperation.Update ? 2 * RowsPerEvent : RowsPerEvent;
        AddMap(table);
        byte present = (byte)((1 << table.Columns.Length) - 1);
        BinlogEventType type = operation switch
        {
            RowOperation.Insert => BinlogEventType.WriteRows,
            RowOperation.Update => BinlogEventType.UpdateRows,
            _ => BinlogEventType.DeleteRows,
        };
        for (int i = 0; i < images.Count; i += step)
        {
            byte end = (byte)(i + step >= images.Count ? 1 : 0);
            byte[] bits = operation == RowOperation.Update ? [present, present] : [present];
            byte[] head = [table.Id, 0, 0, 0, 0, 0, end, 0, 2, 0, (byte)table.Columns.Length, .. bits];
            Add(type, [.. head, .. images.Skip(i).Take(step).SelectMany(Image)]);
        }
    }

    private void AddGtid() =>
        Add(BinlogEventType.Gtid, [1, .. Uuid.ToByteArray(bigEndian: true), .. BitConverter.GetBytes(++_gtid)]);

    private void AddStatement(string sql, uint thread) => Add(
        BinlogEventType.Query,
        [.. BitConverter.GetBytes(thread), 0, 0, 0, 0, 4, 0, 0, 0, 0, .. "shop"u8, 0, .. Encoding.UTF8.GetBytes(sql)]);

    private void AddMap(TrafficTable table)
    {
        byte[] names = [.. table.Columns.SelectMany(c => (byte[])[(byte)c.Length, .. Encoding.UTF8.GetBytes(c)])];
        Add(
            BinlogEventType.TableMap,
            [table.Id, 0, 0, 0, 0, 0, 1, 0, 4, .. "shop"u8, 0, (byte)table.Name.Length, .. Encoding.UTF8.GetBytes(table.Name), 0,
                (byte)table.Columns.Length, .. Enumerable.Repeat((byte)ColumnType.Long, table.Columns.Length), 0, 0, 1, 1, 0,
                4, (byte)names.Length, .. names, 8, 1, 0]);
    }

    private void Add(BinlogEventType type, byte[] body)
    {
        var raw = new byte[EventHeader.Size + body.Length + 4];
        new EventHeader(_time, type, 1, (uint)raw.Length, (uint)(_log.Length + raw.Length), EventFlags.None).Write(raw);
        body.CopyTo(raw, EventHeader.Size);
        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan()[^4..], Crc32.Compute(raw.AsSpan()[..^4]));
        _log.Write(raw);
    }

    private static IEnumerable<byte> Image(int[] values) => [0, .. values.SelectMany(BitConverter.GetBytes)];
}

/// <summary>A table of the traffic: at most eight INT columns, the first of which is the key.</summary>
internal sealed class TrafficTable(byte id, string name, params string[] columns)
{
    private readonly List<int> _keys = [];
    private readonly Dictionary<int, (int[] Row, int Place)> _rows = [];

    public byte Id => id;

    public string Name => name;

    public string[] Columns => columns;

    public int Count => _keys.Count;

    public int NextKey { get; private set; } = 1;

    public IEnumerable<int[]> All => _keys.Select(k => _rows[k].Row);

    public int[] Any(Random random) => _rows[_keys[random.Next(_keys.Count)]].Row;

    public int[] Insert(Func<int, int[]> make)
    {
        int[] row = make(NextKey);
        _rows.Add(NextKey++, (row, _keys.Count));
        _keys.Add(row[0]);
        return row;
    }

    public void Replace(int[] row) => _rows[row[0]] = (row, _rows[row[0]].Place);

    public void Delete(int[] row)
    {
        int place = _rows[row[0]].Place, last = _keys[^1];
        _keys[place] = last;
        _rows[last] = (_rows[last].Row, place);
        _keys.RemoveAt(_keys.Count - 1);
        _rows.Remove(row[0]);
    }
}
