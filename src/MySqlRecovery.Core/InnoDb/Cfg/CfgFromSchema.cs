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
    private readonly bool _isCompact;
    private readonly List<CfgColumn> _columns = [];

    private CfgFromSchema(TablespaceFile file, TableSchema table, CfgServer server, bool isCompact)
    {
        _isCompact = isCompact;
        _file = file;
        _table = table;
        _storage = SchemaRecordLayout.For(table);
        _server = server;
    }

    /// <summary>The metadata; refuses what cannot be described.</summary>
    /// <param name="file">The file that it goes with.</param>
    /// <param name="roots">Its roots; the records tell which is whose.</param>
    /// <param name="table">The definition, with the keys in the server's order.</param>
    /// <param name="name">Database and table as the servers write them: <c>d/t</c>.</param>
    /// <param name="server">MariaDB or MySQL.</param>
    public static CfgTable Build(TablespaceFile file, IReadOnlyList<BTreeRoot> roots, TableSchema table, string name, CfgServer server) =>
        new CfgFromSchema(file, table, server, (CfgFromSdi.TableFlags(file, roots) & 1) != 0).Build(roots, name);

    private CfgTable Build(IReadOnlyList<BTreeRoot> roots, string name)
    {
        foreach (ColumnSchema column in Stored())
            _columns.Add(Column(column));
        _columns.Add(new CfgColumn(RowId, CfgType.System(0, 6)));
        _columns.Add(new CfgColumn("DB_TRX_ID", CfgType.System(1, 6)));
        _columns.Add(new CfgColumn("DB_ROLL_PTR", CfgType.System(2, 7)));
        if (_table.Keys.Any(k => k.Kind is KeyKind.Fulltext or KeyKind.Spatial || k.Parts.Any(p => p.Column == null)))
            throw Refuse("it has a full-text, spatial or functional index");
        BTreeRoot clustered = TablespaceMap.FindClustered(roots, null, _file.SpaceId) ?? throw Refuse("the file has no index");
        RecordLayout layout = InstantMetadata.Apply(_file, clustered, _storage.Build());
        Dictionary<uint, KeyLayout> names = IndexIdentity.Find(
            _file, roots, clustered, layout, ExtentMap.Read(_file), CancellationToken.None).Keys;
        KeySchema? primary = _storage.ClusteredKey();
        List<CfgIndex> indexes = [ClusteredIndex(primary, clustered)];
        foreach (BTreeRoot root in roots.Where(r => r != clustered).OrderBy(r => r.IndexId))
            indexes.Add(SecondaryIndex(_table.Keys.First(k => Same(k.Name, names[root.Page].Name)), primary, root));
        uint flags = CfgFromSdi.TableFlags(_file, roots);
        if (_file.Flags.IsFullCrc32)
            flags = (flags & 1) | ((flags & 1) != 0 && _table.RowFormat != "COMPACT" ? 0x20u : 0);
        return new CfgTable(1, name, (uint)_file.Flags.PageSize, flags, _file.Flags.Value, _file.SpaceId, _columns, indexes);
    }

    private IEnumerable<ColumnSchema> Stored() => _table.Columns.Where(c => !c.IsGenerated || c.IsStored);

    private CfgColumn Column(ColumnSchema column)
    {
        if (column.IsCompressedByPercona || column.IsCompressed)
            throw Refuse($"column {column.Name} is compressed");
        RecordField field = _storage.Field(column);
        bool isBytes = column.DataType is "binary" or "varbinary" or "vector" || column.DataType.EndsWith("blob", StringComparison.Ordinal);
        int? collation = isBytes ? 63
            : column.DataType == "json" ? 46
            : column.IsText
                ? column.CollationId ?? CharacterSets.FindCollation(
                    _storage.CharacterSet(column), column.Collation, _server.IsMariaDb(), _server == CfgServer.MariaDb115) : 8;
        uint bytes = column.DataType is "char" or "varchar" or "binary" or "varbinary" or "vector"
            ? (uint)_storage.MaximumLength(column) : (uint)field.FixedLength;
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
        bool isVirtual = key.Parts.Any(p => Find(p.Column!) is { IsGenerated: true, IsStored: false });
        return new CfgIndex(key.Name, root.IndexId, root.Page, (key.IsUnique ? CfgIndex.Unique : 0) | (isVirtual ? CfgIndex.Virtual : 0),
            (uint)user, (uint)unique, fields);
    }

    private CfgField Field(KeyPart part)
    {
        ColumnSchema column = Find(part.Column!);
        // In REDUNDANT records CHAR is as long as it can be, whatever the character set.
        long whole = !_isCompact && column.DataType == "char" ? _storage.MaximumLength(column) : _storage.Field(column).FixedLength;
        int prefix = _storage.Prefix(part, column);
        long length = prefix > 0 && whole > 0 ? prefix : whole;
        return new CfgField(column.Name, (uint)prefix, length > ColumnStorage.LongestFixedField ? 0 : (int)length,
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
