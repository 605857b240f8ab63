using System.Runtime.CompilerServices;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>
/// A TABLE_MAP event: table id 6, flags 2, database and table (length, name, zero), column count and types, metadata,
/// nullability bits, then optional metadata (MySQL 8.0.1+, MariaDB 10.5+).
/// </summary>
internal sealed class TableMap
{
    /// <summary>The server's limit is 4096 columns a table.</summary>
    private const int MaximumColumns = 4096;

    private const int FlagsSize = 2;

    // Several threads may ask, so that the two come and go together.
    private volatile PartialLayout? _partial;
    private RowDecoder? _decoder;

    private TableMap(byte[] raw, ulong tableId, string database, string table, ColumnDefinition[] columns)
    {
        Raw = raw;
        TableId = tableId;
        Database = database;
        Table = table;
        QualifiedName = new TableName(database, table);
        Columns = columns;
        Layout = new RowLayout(columns);
    }

    /// <summary>The whole event, header included, checksum not; empty for a table of which no log has told.</summary>
    public byte[] Raw { get; }

    public bool IsOfLog => Raw.Length > 0;

    /// <summary>Decodes this table's rows for the objects of the pipeline.</summary>
    public RowDecoder Decoder => _decoder ??= new RowDecoder(this);

    public ulong TableId { get; }

    public string Database { get; }

    public string Table { get; }

    /// <summary>The two as one value.</summary>
    public TableName QualifiedName { get; }

    public ColumnDefinition[] Columns { get; }

    /// <summary>What the last filter that looked at it said.</summary>
    public TableChoice? Choice { get; set; }

    /// <summary>How a row of all columns is laid out.</summary>
    public RowLayout Layout { get; }

    /// <summary>Indexes of the primary key's columns in key order; empty where the log does not say or there is none.</summary>
    public int[] PrimaryKey { get; set; } = [];

    /// <summary>Whether a missing <see cref="PrimaryKey"/> means that the table has none (metadata FULL) or that it is not known.</summary>
    public bool IsPrimaryKeyKnown { get; set; }

    /// <summary>The columns of each unique key beside the primary one, as far as a schema tells of them.</summary>
    public int[][] UniqueKeys { get; set; } = [];

    /// <summary>Whether a unique key counts only the beginning of a column, or an expression: which rows have the same there cannot be
    /// told from their values.</summary>
    public bool HasPartialKeys { get; set; }

    /// <summary>Whether a schema has completed the map: generated columns and triggers are known then.</summary>
    public bool HasSchema { get; set; }

    public bool HasTriggers { get; set; }

    /// <summary>Index of the column with the start of a row's life, where <see cref="RowEnd"/> is known; null for others.</summary>
    public int? RowStart { get; set; }

    /// <summary>Index of the column with the end of a row's life, where the rows of the past are kept in the table too (MariaDB's WITH
    /// SYSTEM VERSIONING); null for others.</summary>
    public int? RowEnd { get; set; }

    /// <summary>What the schema and the log say differently; then the map is as the log says.</summary>
    public string? SchemaProblem { get; set; }

    /// <summary>Why it is not sure that the schema is the one under which the rows were written; null where it is.</summary>
    public string? SchemaDoubt { get; set; }

    /// <summary>Whether a log says the same of both, id included.</summary>
    public bool IsSameAs(TableMap other) => Raw.AsSpan(EventHeader.Size).SequenceEqual(other.Raw.AsSpan(EventHeader.Size));

    /// <summary>The layout of images with the given columns; the last one that was not full is kept.</summary>
    [MethodImpl(Jit.Hot)]
    public RowLayout LayoutFor(ReadOnlySpan<byte> presentBits)
    {
        if (IsFull(presentBits))
            return Layout;
        PartialLayout? partial = _partial;
        if (partial == null || !presentBits.SequenceEqual(partial.Bits))
            _partial = partial = new PartialLayout(presentBits.ToArray(), Layout.Select(presentBits));
        return partial.Layout;
    }

    /// <summary>Parses an event without its checksum.</summary>
    /// <param name="raw">The event, header included.</param>
    /// <param name="tableIdLength">Bytes of a table id.</param>
    /// <param name="isMariaDb">Whether a MariaDB server wrote it: it counts columns otherwise in its metadata.</param>
    public static TableMap Parse(ReadOnlySpan<byte> raw, int tableIdLength = 6, bool isMariaDb = false)
    {
        var cursor = new ByteCursor(raw[EventHeader.Size..]);
        ulong tableId = ReadTableId(ref cursor, tableIdLength);
        cursor.Skip(FlagsSize);
        string database = ReadName(ref cursor);
        string table = ReadName(ref cursor);
        int count = cursor.ReadLength();
        if (count is 0 or > MaximumColumns)
            throw new InvalidDataException($"a table map of {count} columns");
        ReadOnlySpan<byte> types = cursor.Take(count);
        ReadOnlySpan<byte> metadata = cursor.Take(cursor.ReadLength());
        ReadOnlySpan<byte> nullable = cursor.Take((count + 7) / 8);
        var columns = new ColumnDefinition[count];
        var meta = new ByteCursor(metadata);
        for (int i = 0; i < count; i++)
        {
            columns[i] = ColumnDefinitionParser.Parse((ColumnType)types[i], ref meta, (nullable[i / 8] & 1 << i % 8) != 0);
            columns[i].Name = $"@{i + 1}";
        }

        var map = new TableMap(raw.ToArray(), tableId, database, table, columns);
        if (!cursor.AtEnd)
            OptionalMetadata.Apply(cursor.Rest, map, isMariaDb);
        return map;
    }

    /// <summary>What the event says of the table, without its id, which is another one with every server.</summary>
    /// <param name="tableIdLength">Bytes of a table id.</param>
    public byte[] Shape(int tableIdLength) => Raw[(EventHeader.Size + tableIdLength + FlagsSize)..];

    /// <summary>A map as one was parsed whose <see cref="Shape"/> was kept.</summary>
    public static TableMap OfShape(ReadOnlySpan<byte> shape, bool isMariaDb)
    {
        const int idLength = 6;
        return Parse([.. new byte[EventHeader.Size + idLength + FlagsSize], .. shape], idLength, isMariaDb);
    }

    /// <summary>A table of which no log has told: there is no event, and images of its rows cannot be read.</summary>
    public static TableMap Of(TableName name, ColumnDefinition[] columns) => new([], 0, name.Database ?? string.Empty, name.Name, columns);

    /// <summary>The same table under another name.</summary>
    public TableMap Under(TableName name) => new(Raw, TableId, name.Database!, name.Name, Columns)
    {
        PrimaryKey = PrimaryKey,
        IsPrimaryKeyKnown = IsPrimaryKeyKnown,
        UniqueKeys = UniqueKeys,
        HasPartialKeys = HasPartialKeys,
        HasSchema = HasSchema,
        HasTriggers = HasTriggers,
        RowStart = RowStart,
        RowEnd = RowEnd,
        SchemaProblem = SchemaProblem,
        SchemaDoubt = SchemaDoubt,
    };

    /// <summary>The table id that the body of a TABLE_MAP or row event starts with.</summary>
    public static ulong ReadTableId(ref ByteCursor cursor, int tableIdLength) =>
        tableIdLength == 4 ? cursor.ReadUInt32() : cursor.ReadUInt48();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsFull(ReadOnlySpan<byte> bits)
    {
        int last = bits.Length - 1;
        int tail = Columns.Length - last * 8;
        int mask = (1 << tail) - 1;
        return (bits[last] & mask) == mask && !bits[..last].ContainsAnyExcept((byte)0xFF);
    }

    private static string ReadName(ref ByteCursor cursor)
    {
        // 1 byte to 8.0, a length-encoded integer since: the same for every legal name of at most 64 characters.
        string name = Encoding.UTF8.GetString(cursor.Take(cursor.ReadLength()));
        cursor.Skip(1);
        return name;
    }

    private sealed record PartialLayout(byte[] Bits, RowLayout Layout);
}

/// <summary>Whether a filter chose a table.</summary>
internal sealed record TableChoice(object Filter, bool IsMatch);

/// <summary>
/// The table maps in force, by table id. A log repeats the same map before every statement: it is parsed once.
/// </summary>
internal sealed class TableMapCache(ITableSchemaSource? schema)
{
    private readonly Dictionary<ulong, TableMap> _maps = [];
    private Dictionary<ulong, TableMap> _carried = [];

    /// <summary>Takes a TABLE_MAP event (header and body, no checksum) in.</summary>
    [MethodImpl(Jit.Hot)]
    public TableMap Add(ReadOnlySpan<byte> raw, int tableIdLength, bool isMariaDb = false)
    {
        var cursor = new ByteCursor(raw[EventHeader.Size..]);
        ulong id = TableMap.ReadTableId(ref cursor, tableIdLength);
        if (_maps.TryGetValue(id, out TableMap? known)
            && known.Raw.AsSpan(EventHeader.Size).SequenceEqual(raw[EventHeader.Size..]))
            return known;
        TableMap map = TableMap.Parse(raw, tableIdLength, isMariaDb);
        schema?.Complete(map);
        _maps[id] = map;
        return map;
    }

    /// <summary>The map of a table id, or null where none came before.</summary>
    [MethodImpl(Jit.Hot)]
    public TableMap? Find(ulong tableId) => _maps.GetValueOrDefault(tableId) ?? _carried.GetValueOrDefault(tableId);

    /// <summary>Keeps the maps for the rows that the next file starts with: MariaDB's relay logs rotate within statements.</summary>
    public void Carry() => _carried = new(_maps);

    /// <summary>Forgets what was kept from the file before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void DropCarried()
    {
        if (_carried.Count > 0)
            _carried = [];
    }

    /// <summary>Forgets all: ids start anew with every server and are good within one file.</summary>
    public void Clear() => _maps.Clear();
}
