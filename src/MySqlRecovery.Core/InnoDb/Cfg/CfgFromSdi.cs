using System.Text;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Cfg;

/// <summary>The .cfg file of a table with SDI, MySQL 8.0.29 and later.</summary>
internal sealed class CfgFromSdi
{
    private const int FirstRowVersionServer = 80029, FirstLongRowVersionServer = 90100;
    private const int Primary = 1, UniqueIndex = 2, SpatialIndex = 5;
    private const uint PrefixComesFirst = 0x8000;
    private readonly TablespaceFile _file;
    private readonly SdiTable _table;
    private readonly uint _spaceId;
    private readonly bool _isCompact;
    private readonly Dictionary<int, CfgColumn> _columns = [];

    private CfgFromSdi(TablespaceFile file, SdiTable table, uint spaceId, bool isCompact)
    {
        _file = file;
        _table = table;
        _spaceId = spaceId;
        _isCompact = isCompact;
    }

    /// <summary>The metadata; refuses what cannot be described.</summary>
    /// <param name="file">The file that it goes with.</param>
    /// <param name="roots">Its roots.</param>
    /// <param name="table">Its definition.</param>
    /// <param name="spaceId">The id that the file has in that.</param>
    public static CfgTable Build(TablespaceFile file, IReadOnlyList<BTreeRoot> roots, SdiTable table, uint spaceId) =>
        new CfgFromSdi(file, table, spaceId, (TableFlags(file, roots) & 1) != 0).Build(roots);

    private CfgTable Build(IReadOnlyList<BTreeRoot> roots)
    {
        int version = _table.ServerVersion >= FirstLongRowVersionServer ? CfgTable.LongRowVersions
            : _table.ServerVersion >= FirstRowVersionServer ? CfgTable.RowVersions : CfgTable.InstantColumnCount;
        if (_table.Indexes.Any(i => i.Type == SdiIndex.FullText))
            throw Refuse("it has a full-text index, whose tables the metadata does not describe");
        List<(SdiColumn Column, int Position)> stored = _table.Columns.Select((c, i) => (c, i)).Where(c => !c.c.IsVirtual).ToList();
        List<CfgColumn> columns = [.. stored.Where(c => !c.Column.IsHiddenByEngine || c.Column.Name == "FTS_DOC_ID").Select(Add)];
        uint current = (uint)columns.Count;
        columns.AddRange(SystemColumns(stored));
        columns.AddRange(stored.Where(c => c.Column.VersionDropped > 0).Select(Add));
        List<CfgIndex> indexes = [SdiIndexOf(roots, version)];
        indexes.AddRange(_table.Indexes.Select(i => Index(i, roots)));
        PlaceColumns(indexes[1]);
        return new CfgTable(
            version, $"{_table.Schema}/{_table.Name}", (uint)_file.Flags.PageSize,
            TableFlags(_file, roots), _file.Flags.Value, _file.SpaceId, columns, indexes)
        {
            InitialNullable = (uint)stored.Count(c => c.Column.IsNullable && c.Column.VersionDropped == 0),
            ColumnCounts = (
                (uint)stored.Count(c => !IsSystem(c.Column) && c.Column.VersionAdded == 0), current,
                (uint)stored.Count(c => !IsSystem(c.Column))),
            DroppedColumns = (uint)stored.Count(c => c.Column.VersionDropped > 0),
            RowVersion = (uint)_table.RowVersion,
            InstantColumns = _table.InstantColumns > 0 ? (uint)_table.InstantColumns : current,
        };
    }

    /// <summary>DICT_TF flags: the row format, which the tablespace flags tell but for COMPACT.</summary>
    public static uint TableFlags(TablespaceFile file, IReadOnlyList<BTreeRoot> roots)
    {
        BTreeRoot? root = roots.FirstOrDefault(r => !r.IsSdi);
        bool isCompact = root != null && IndexPage.IsCompact(file.ReadPage(root.Page));
        return (file.Flags.Value & 0x3E) | (isCompact ? 1u : 0);
    }

    private static bool IsSystem(SdiColumn column) => column.IsHiddenByEngine && column.Name is "DB_ROW_ID" or "DB_TRX_ID" or "DB_ROLL_PTR";

    private CfgColumn Add((SdiColumn Column, int Position) stored)
    {
        SdiColumn column = stored.Column;
        if (column.IsCompressedByPercona)
            throw Refuse($"column {column.Name} is compressed");
        CfgType type = CfgType.Of(TypeName(column), Bytes(column), column.IsUnsigned, column.CollationId, CfgServer.MySql)
            ?? throw Refuse($"column {column.Name} is of a type that cannot be described");
        if (!column.IsNullable)
            type = type with { PreciseType = type.PreciseType | CfgType.NotNull };
        string? value = column.PrivateData.GetValueOrDefault("default");
        return _columns[stored.Position] = new CfgColumn(column.Name, type)
        {
            VersionAdded = column.VersionAdded,
            VersionDropped = column.VersionDropped,
            PhysicalPosition = column.PhysicalPosition >= 0 ? (uint)column.PhysicalPosition : FilPage.Null,
            DroppedMetadata = column.VersionDropped > 0 ? DroppedMetadata(column) : null,
            InstantDefault = value == null ? null : Convert.FromHexString(value),
            IsInstantDefaultNull = column.PrivateData.ContainsKey("default_null"),
        };
    }

    private IEnumerable<CfgColumn> SystemColumns(List<(SdiColumn Column, int Position)> stored)
    {
        string[] names = ["DB_ROW_ID", "DB_TRX_ID", "DB_ROLL_PTR"];
        for (uint i = 0; i < names.Length; i++)
        {
            var column = new CfgColumn(names[i], CfgType.System(i, i == 2 ? 7u : 6));
            int position = stored.Where(c => c.Column.IsHiddenByEngine
                && c.Column.Name == names[i]).Select(c => c.Position).DefaultIfEmpty(-1).First();
            if (position >= 0)
            {
                if (_table.Columns[position].PhysicalPosition >= 0)
                    column.PhysicalPosition = (uint)_table.Columns[position].PhysicalPosition;
                _columns[position] = column;
            }

            yield return column;
        }
    }

    private CfgIndex Index(SdiIndex index, IReadOnlyList<BTreeRoot> roots)
    {
        BTreeRoot root = roots.FirstOrDefault(r => !r.IsSdi && _table.IndexNameAt(r.Page, _spaceId) == index.Name)
            ?? throw Refuse($"index {index.Name} has no root page");
        bool isClustered = index == _table.Indexes[0];
        int user = index.Elements.Count(e => !e.IsHidden);
        bool isGenerated = isClustered && user == 0;
        bool isUnique = index.Type is Primary or UniqueIndex && !isGenerated;
        IEnumerable<SdiIndexElement> elements = isClustered
            ? index.Elements.Where(e => !_table.Columns[e.Column].IsVirtual) : index.Elements;
        List<CfgField> fields = [.. elements.Select(e => Field(e, !isClustered))];
        int unique = isGenerated ? 1 : isClustered || isUnique ? user : fields.Count;
        foreach (SdiIndexElement element in elements.Take(isGenerated ? 1 : isClustered ? user : unique))
        {
            if (_columns.TryGetValue(element.Column, out CfgColumn? column))
                column.UseInOrder(Prefix(element, !isClustered));
        }

        bool isVirtual = index.Elements.Any(e => _table.Columns[e.Column].IsVirtual);
        uint type = (isClustered ? CfgIndex.Clustered : 0) | (isUnique ? CfgIndex.Unique : 0)
            | (index.Type == SpatialIndex ? CfgIndex.Spatial : 0) | (isVirtual ? CfgIndex.Virtual : 0);
        return new CfgIndex(isGenerated ? "GEN_CLUST_INDEX" : index.Name, root.IndexId, root.Page, type, (uint)user, (uint)unique, fields);
    }

    private CfgField Field(SdiIndexElement element, bool isSecondary)
    {
        SdiColumn column = _table.Columns[element.Column];
        RecordField stored = ColumnStorage.Field(column);
        uint prefix = Prefix(element, isSecondary);
        // In REDUNDANT records CHAR is as long as it can be, whatever the character set.
        long whole = !_isCompact && column.Type == SdiColumnType.String ? column.CharLength : stored.FixedLength;
        long length = whole > 0 && prefix > 0 ? Math.Min(prefix, whole) : whole;
        return new CfgField(column.Name, prefix, length > ColumnStorage.LongestFixedField
            ? 0 : (int)length, element.Order == 3, column.IsNullable);
    }

    private uint Prefix(SdiIndexElement element, bool isSecondary)
    {
        SdiColumn column = _table.Columns[element.Column];
        // The key that a secondary index ends with is as long as in the clustered index.
        if (element.IsHidden)
            element = _table.Indexes[0].Elements.FirstOrDefault(e => e.Column == element.Column && !e.IsHidden && isSecondary) ?? element;
        bool isString = TypeName(column) is "char" or "varchar" or "binary" or "varbinary"
            || ColumnStorage.Field(column) is { FixedLength: 0 };
        return isString && !element.IsHidden && element.Length < column.CharLength ? element.Length : 0;
    }

    private void PlaceColumns(CfgIndex clustered)
    {
        foreach (CfgColumn column in _columns.Values.Where(c => c.PhysicalPosition == FilPage.Null))
        {
            int whole = clustered.Fields.ToList().FindIndex(f => f.Name == column.Name && f.Prefix == 0);
            bool hasPrefix = clustered.Fields.Any(f => f.Name == column.Name && f.Prefix > 0);
            if (whole >= 0)
                column.PhysicalPosition = (uint)whole | (hasPrefix ? PrefixComesFirst : 0);
        }
    }

    // Up to 8.0.28 the two lengths are named the other way round.
    private static CfgIndex SdiIndexOf(IReadOnlyList<BTreeRoot> roots, int version)
    {
        List<CfgField> fields = [.. RecordLayout.Sdi.Fields.Select(f => new CfgField(f.Name, 0, f.FixedLength, false, false))];
        if (version == CfgTable.InstantColumnCount)
            (fields[^3], fields[^2]) = (fields[^2], fields[^3]);
        return new CfgIndex("CLUST_IND_SDI", IndexPage.SdiIndexId, roots.First(r => r.IsSdi).Page,
            CfgIndex.Clustered | CfgIndex.Unique | CfgIndex.Sdi, 2, 2, fields);
    }

    // Nullable, unsigned, length, type, scale, collation, and for ENUM and SET the values.
    private static byte[] DroppedMetadata(SdiColumn column)
    {
        using var bytes = new MemoryStream();
        bytes.WriteByte(column.IsNullable ? (byte)1 : (byte)0);
        bytes.WriteByte(column.IsUnsigned ? (byte)1 : (byte)0);
        bytes.Write(FilPage.Bytes((uint)column.CharLength));
        bytes.Write(FilPage.Bytes((uint)column.Type));
        bytes.Write(FilPage.Bytes((uint)column.NumericScale));
        bytes.Write(FilPage.Bytes((ulong)column.CollationId));
        if (column.Type is SdiColumnType.Enum or SdiColumnType.Set)
        {
            bytes.Write(FilPage.Bytes((uint)column.ElementCount));
            foreach (string element in column.Elements)
            {
                byte[] text = Encoding.UTF8.GetBytes(element + "\0");
                bytes.Write(FilPage.Bytes((uint)text.Length));
                bytes.Write(text);
            }
        }

        return bytes.ToArray();
    }

    private static uint Bytes(SdiColumn column) => column.Type switch
    {
        SdiColumnType.Varchar or SdiColumnType.VarString or SdiColumnType.String => (uint)column.CharLength,
        _ => (uint)ColumnStorage.Field(column).FixedLength,
    };

    private static string TypeName(SdiColumn column) => column.Type switch
    {
        SdiColumnType.Tiny => "tinyint",
        SdiColumnType.Short => "smallint",
        SdiColumnType.Int24 => "mediumint",
        SdiColumnType.Long => "int",
        SdiColumnType.LongLong => "bigint",
        SdiColumnType.Float => "float",
        SdiColumnType.Double => "double",
        SdiColumnType.NewDecimal => "decimal",
        SdiColumnType.Bit => "bit",
        SdiColumnType.Date or SdiColumnType.NewDate => "date",
        SdiColumnType.Time2 => "time",
        SdiColumnType.Datetime2 => "datetime",
        SdiColumnType.Timestamp2 => "timestamp",
        SdiColumnType.Year => "year",
        SdiColumnType.String => "char",
        SdiColumnType.Varchar or SdiColumnType.VarString => "varchar",
        SdiColumnType.TinyBlob => "tinyblob",
        SdiColumnType.Blob => "blob",
        SdiColumnType.MediumBlob => "mediumblob",
        SdiColumnType.LongBlob => "longblob",
        SdiColumnType.Json => "json",
        SdiColumnType.Geometry => "geometry",
        SdiColumnType.Enum => "enum",
        SdiColumnType.Set => "set",
        _ => "",
    };

    private RecoveryException Refuse(string why) => new(
        "CfgNotPossible", RecoveryErrorKind.NotSupported, $"no .cfg file can be written for this table: {why}", _file.Path);
}
