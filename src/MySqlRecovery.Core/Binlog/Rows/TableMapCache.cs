using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>
/// The table maps in force, by table id. A log repeats the same map before every statement: it is parsed once.
/// </summary>
internal sealed class TableMapCache(ITableSchemaSource? schema)
{
    private readonly Dictionary<ulong, TableMap> _maps = [];

    /// <summary>Takes a TABLE_MAP event (header and body, no checksum) in.</summary>
    [MethodImpl(Jit.Hot)]
    public TableMap Add(ReadOnlySpan<byte> raw, int tableIdLength)
    {
        var cursor = new ByteCursor(raw[EventHeader.Size..]);
        ulong id = TableMap.ReadTableId(ref cursor, tableIdLength);
        if (_maps.TryGetValue(id, out TableMap? known)
            && known.Raw.AsSpan(EventHeader.Size).SequenceEqual(raw[EventHeader.Size..]))
            return known;
        TableMap map = TableMap.Parse(raw, tableIdLength);
        schema?.Complete(map);
        _maps[id] = map;
        return map;
    }

    /// <summary>The map of a table id, or null where none came before.</summary>
    public TableMap? Find(ulong tableId) => _maps.GetValueOrDefault(tableId);

    /// <summary>Forgets all: ids start anew with every server and are good within one file.</summary>
    public void Clear() => _maps.Clear();
}
