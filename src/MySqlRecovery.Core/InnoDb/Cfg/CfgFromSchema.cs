using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;

namespace MySqlRecovery.InnoDb.Cfg;

/// <summary>The .cfg file of a table without SDI, MySQL 5.6, 5.7 and MariaDB, by its definition.</summary>
internal sealed class CfgFromSchema
{
    private const string RowId = "DB_ROW_ID";
    private readonly TablespaceFile _file;
    private readonly TableSchema _table;
    private readonly SchemaRecordLayout _storage;
    private readonly CfgServer _server;
    private readonly List<CfgColumn> _columns = [];

    private CfgFromSchema(TablespaceFile file, TableSchema table, CfgServer server)
    {
        _file = file;
        _table = table;
        _storage = SchemaRecordLayout.For(table);
        _server = server;
    }

    /// <summary>The metadata; refuses what cannot be described.</summary>
    /// <param name="file">The file that it goes with.</param>
    /// <param name="roots">Its roots, which the keys take in the order of their ids.</param>
    /// <param name="table">The definition, with the keys in the server's order.</param>
    /// <param name="name">Database and table as the servers write them: <c>d/t</c>.</param>
    /// <param name="server">MariaDB or MySQL.</param>
    public static CfgTable Build(TablespaceFile file, IReadOnlyList<BTreeRoot> roots, TableSchema table, string name, CfgServer server) =>
        new CfgFromSchema(file, table, server).Build(roots, name);

    private CfgTable Build(IReadOnlyList<BTreeRoot> roots, string name)
    {
        foreach (ColumnSchema column in Stored())
            _columns.Add(Column(column));
        _columns.Add(new CfgColumn(RowId, CfgType.System(0, 6)));
        _columns.Add(new CfgColumn("DB_TRX_ID", CfgType.System(1, 6)));
        _columns.Add(new CfgColumn("DB_ROLL_PTR", CfgType.System(2, 7)));
        List<KeySchema?> keys = Keys();
        List<BTreeRoot> byId = [.. roots.OrderBy(r => r.IndexId)];
        if (keys.Count != byId.Count)
            throw Refuse($"its definition has {keys.Count} indexes, the file {byId.Count}");
        List<CfgIndex> indexes = [.. keys.Select((k, i) => i == 0 ? ClusteredIndex(k, byId[i]) : SecondaryIndex(k!, keys[0], byId[i]))];
        uint flags = CfgFromSdi.TableFlags(_file, roots);
        if (_file.Flags.IsFullCrc32)
            flags = (flags & 1) | ((flags & 1) != 0 && _table.RowFormat != "COMPACT" ? 0x20u : 0);
        return new CfgTable(1, name, (uint)_file.Flags.PageSize, flags, _file.Flags.Value, _file.SpaceId, _columns, indexes);
    }

    private IEnumerable<ColumnSchema> Stored() => _table.Columns.Where(c => !c.IsGenerated || c.IsStored);

    // The server sorts keys: primary, unique without NULLs, unique, others (sql_table.cc sort_keys).
    private List<KeySchema?> Keys()
    {
        if (_table.Keys.Any(k => k.Kind is KeyKind.Fulltext or KeyKind.Spatial or KeyKind.Vector || k.Parts.Any(p => p.Column == null)))
            throw Refuse("it has a full-text, spatial, vector or functional index");
        KeySchema? clustered = _storage.ClusteredKey();
        return [clustered, .. _table.Keys.Where(k => k != clustered).OrderBy(k => !k.IsUnique ? 2 : k.Parts.All(p => !Find(p.Column!).IsNullable) ? 0 : 1)];
    }

    private CfgColumn Column(ColumnSchema column)
    {
        RecordField field = _storage.Field(column);
        int? collation = column.DataType is "binary" or "varbinary" || column.DataType.EndsWith("blob", StringComparison.Ordinal) ? 63
            : column.DataType == "json" ? 46
            : column.IsText ? CharacterSets.FindCollation(_storage.CharacterSet(column), column.Collation, _server == CfgServer.MariaDb) : 8;
        uint bytes = column.DataType is "char" or "varchar" or "binary" or "varbinary" ? (uint)_storage.MaximumLength(column) : (uint)field.FixedLength;
        CfgType type = collation is { } id && CfgType.Of(column.DataType, bytes, column.IsUnsigned, id, _server) is { } known ? known
            : throw Refuse($"column {column.Name} is of a type or collation that cannot be described");
        bool isNullable = column.IsNullable && !_storage.IsInPrimaryKey(column);
        return new CfgColumn(column.Name, isNullable ? type : type with { PreciseType = type.PreciseType | CfgType.NotNull });
    }

    private CfgIndex ClusteredIndex(KeySchema? key, BTreeRoot root)
    {
        List<CfgField> fields = key == null ? [SystemField(RowId, 6)] : [.. key.Parts.Select(Field)];
        Use(fields);
        int unique = fields.Count;
        var whole = fields.Where(f => f.Prefix == 0).Select(f => f.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        fields.Add(SystemField("DB_TRX_ID", 6));
        fields.Add(SystemField("DB_ROLL_PTR", 7));
        fields.AddRange(Stored().Where(c => !whole.Contains(c.Name)).Select(c => Field(new KeyPart(c.Name))));
        return new CfgIndex(key?.Name ?? "GEN_CLUST_INDEX", root.IndexId, root.Page,
            CfgIndex.Clustered | (key == null ? 0 : CfgIndex.Unique), (uint)(key?.Parts.Count ?? 0), (uint)unique, fields);
    }

    private CfgIndex SecondaryIndex(KeySchema key, KeySchema? clustered, BTreeRoot root)
    {
        List<CfgField> fields = [.. key.Parts.Select(Field)];
        var whole = fields.Where(f => f.Prefix == 0).Select(f => f.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        int user = fields.Count;
        fields.AddRange(clustered == null ? [SystemField(RowId, 6)] : clustered.Parts.Where(p => !whole.Contains(p.Column!)).Select(Field));
        int unique = key.IsUnique ? user : fields.Count;
        Use(fields.Take(unique));
        CheckRecords(key, fields, root);
        bool isVirtual = key.Parts.Any(p => Find(p.Column!) is { IsGenerated: true, IsStored: false });
        return new CfgIndex(key.Name, root.IndexId, root.Page, (key.IsUnique ? CfgIndex.Unique : 0) | (isVirtual ? CfgIndex.Virtual : 0),
            (uint)user, (uint)unique, fields);
    }

    // Keys are told apart by the order of their ids alone; records that do not fit show that the order is not the definition's.
    private void CheckRecords(KeySchema key, List<CfgField> fields, BTreeRoot root)
    {
        byte[] page = _file.ReadPage(root.Page);
        if (root.Level != 0 || !IndexPage.IsCompact(page) || _file.Flags.ZipSize != 0)
            return;
        var layout = new RecordLayout([.. fields.Select(f => new RecordField(f.Name, f.FixedLength, f.IsNullable, IsBig(f)))], -1);
        if (new LeafPage(layout).Read(page) != null)
            throw Refuse($"the records of the index with root page {root.Page} are not those of key {key.Name}: indexes were added in another order than the definition lists them");
    }

    private bool IsBig(CfgField field) => Stored().FirstOrDefault(c => Same(c.Name, field.Name)) is { } column && _storage.MaximumLength(column) > 255;

    private CfgField Field(KeyPart part)
    {
        ColumnSchema column = Find(part.Column!);
        RecordField stored = _storage.Field(column);
        int prefix = _storage.Prefix(part, column);
        return new CfgField(column.Name, (uint)prefix, prefix > 0 && stored.FixedLength > 0 ? prefix : stored.FixedLength,
            IsDescending: false, column.IsNullable && !_storage.IsInPrimaryKey(column));
    }

    private static CfgField SystemField(string name, int length) => new(name, 0, length, false, false);

    private void Use(IEnumerable<CfgField> fields)
    {
        foreach (CfgField field in fields)
            _columns.FirstOrDefault(c => Same(c.Name, field.Name))?.UseInOrder(field.Prefix, takesLongest: _server == CfgServer.MySql56);
    }

    private ColumnSchema Find(string name) => _table.Columns.FirstOrDefault(c => Same(c.Name, name))
        ?? throw Refuse($"its definition has no column {name}");

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private RecoveryException Refuse(string why) => new(
        "CfgNotPossible", RecoveryErrorKind.NotSupported, $"no .cfg file can be written for this table: {why}", _file.Path);
}
