using System.Globalization;
using System.Text.Json;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>A table as its SDI describes it (sql/dd/impl/types: Table_impl, Column_impl, Index_impl).</summary>
internal sealed class SdiTable
{
    private const string TableType = "Table";

    private SdiTable(JsonElement document)
    {
        JsonElement table = document.GetProperty("dd_object");
        ServerVersion = (int)Number(document, "mysqld_version_id");
        Name = Text(table, "name");
        Schema = Text(table, "schema_ref");
        PrivateData = DictionaryProperties.Parse(Text(table, "se_private_data"));
        Columns = Items(table, "columns").Select(c => new SdiColumn(c)).ToList();
        Indexes = Items(table, "indexes").Select(i => new SdiIndex(i)).ToList();
        PartitionedBy = Partitioning(table, "partition") + Partitioning(table, "subpartition");
        PartitionBounds = Items(table, "partitions").SelectMany(
            p => Items(p, "subpartitions").Select(s => $"{Bounds(p)} {Bounds(s)}").Prepend(Bounds(p))).ToList();
        Partitions = Items(table, "partitions")
            .SelectMany(p => Items(p, "subpartitions").DefaultIfEmpty(p))
            .Select(p => Items(p, "indexes").Select(i => DictionaryProperties.Parse(Text(i, "se_private_data"))).ToList()).ToList();
    }

    /// <summary>The server that wrote the definition, 80028 for 8.0.28: not that which made the file.</summary>
    public int ServerVersion { get; }

    public string Schema { get; }

    public string Name { get; }

    public IReadOnlyDictionary<string, string> PrivateData { get; }

    public IReadOnlyList<SdiColumn> Columns { get; }

    /// <summary>The clustered index first.</summary>
    public IReadOnlyList<SdiIndex> Indexes { get; }

    /// <summary>For a partitioned table the private data of each partition's indexes, in the order of <see cref="Indexes"/>.</summary>
    public IReadOnlyList<List<IReadOnlyDictionary<string, string>>> Partitions { get; }

    /// <summary>How rows are spread over partitions; empty for a table without.</summary>
    public string PartitionedBy { get; }

    /// <summary>Every partition and subpartition with the values that it takes.</summary>
    public IReadOnlyList<string> PartitionBounds { get; }

    /// <summary>How often columns were added or dropped instantly (8.0.29+): the newest row version.</summary>
    public int RowVersion => Columns.Select(c => Math.Max(c.VersionAdded, c.VersionDropped)).DefaultIfEmpty().Max();

    /// <summary>Columns before the first instant ADD COLUMN of 8.0.12 to 8.0.28, or 0.</summary>
    public int InstantColumns => PrivateData.TryGetValue("instant_col", out string? value) && int.TryParse(value, out int n) ? n : 0;

    /// <summary>The first table among the documents of a file; null if there is none.</summary>
    public static SdiTable? Find(IEnumerable<byte[]> documents, string path) => FindAll(documents, path).FirstOrDefault();

    private static List<SdiTable> FindAll(IEnumerable<byte[]> documents, string path)
    {
        var tables = new List<SdiTable>();
        try
        {
            foreach (byte[] json in documents)
            {
                using JsonDocument document = JsonDocument.Parse(json);
                if (Text(document.RootElement, "dd_object_type") == TableType)
                    tables.Add(new SdiTable(document.RootElement));
            }

            return tables;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RecoveryException("SdiUnreadable", RecoveryErrorKind.InvalidData,
                $"the dictionary information (SDI) is not what it should be: {e.Message}", path, inner: e);
        }
    }

    /// <summary>The table of a file, from the file or, because MySQL keeps it in one partition only, from another partition
    /// beside it.</summary>
    public static SdiTable? Find(TablespaceFile file) => Find(file, out _);

    /// <summary>All tables that the file itself tells of.</summary>
    public static List<SdiTable> FindAll(TablespaceFile file) =>
        file.Flags.HasSdi ? FindAll(SdiReader.ReadAll(file), file.Path) : [];

    /// <summary>The same, with the names of all tables in the file: a general tablespace has several.</summary>
    public static SdiTable? Find(TablespaceFile file, out IReadOnlyList<string> names)
    {
        names = [];
        if (!file.Flags.HasSdi)
            return null;
        List<SdiTable> tables = FindAll(file);
        names = [.. tables.Select(t => $"{t.Schema}.{t.Name}")];
        if (tables.Count > 0)
            return tables[0];
        foreach (string path in TableFileName.OtherPartitions(file.Path))
        {
            using TablespaceFile other = TablespaceFile.Open(path);
            if (other.Flags.HasSdi && !other.Flags.IsEncrypted && Find(SdiReader.ReadAll(other), path) is { } found)
                return found;
        }

        return null;
    }

    /// <summary>The name of the index whose root is the given page in the tablespace with the given id.</summary>
    public string? IndexNameAt(uint rootPage, uint spaceId)
    {
        string root = rootPage.ToString(CultureInfo.InvariantCulture);
        string space = spaceId.ToString(CultureInfo.InvariantCulture);
        for (int i = 0; i < Indexes.Count; i++)
        {
            IEnumerable<IReadOnlyDictionary<string, string>> places =
                Partitions.Where(p => i < p.Count).Select(p => p[i]).Prepend(Indexes[i].PrivateData);
            if (places.Any(p => p.GetValueOrDefault("root") == root && p.GetValueOrDefault("space_id") == space))
                return Indexes[i].Name;
        }

        return null;
    }

    private static string Partitioning(JsonElement table, string what) => Number(table, what + "_type") is var type and > 0
        ? $"{what}ed by method {type} of {Text(table, what + "_expression_utf8")};" : "";

    private static string Bounds(JsonElement partition) =>
        $"partition {Text(partition, "name").ToLowerInvariant()} with values {Text(partition, "description_utf8")}"
            .Replace(" with values  ", " ").TrimEnd();

    internal static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    internal static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long n)
            ? n : 0;

    internal static bool Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    internal static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];
}

/// <summary>A column in the SDI.</summary>
internal sealed class SdiColumn
{
    private const int HiddenByEngine = 2, HiddenByUser = 4;
    private const int LastColumnFormat = 2; // DEFAULT, FIXED, DYNAMIC

    public SdiColumn(JsonElement column)
    {
        Name = SdiTable.Text(column, "name");
        Type = (SdiColumnType)(int)SdiTable.Number(column, "type");
        IsNullable = SdiTable.Flag(column, "is_nullable");
        IsUnsigned = SdiTable.Flag(column, "is_unsigned");
        IsAutoIncrement = SdiTable.Flag(column, "is_auto_increment");
        IsVirtual = SdiTable.Flag(column, "is_virtual");
        IsHiddenByEngine = (int)SdiTable.Number(column, "hidden") == HiddenByEngine;
        IsInvisible = (int)SdiTable.Number(column, "hidden") == HiddenByUser;
        IsGenerated = IsVirtual || SdiTable.Text(column, "generation_expression").Length > 0;
        CharLength = SdiTable.Number(column, "char_length");
        NumericPrecision = (int)SdiTable.Number(column, "numeric_precision");
        NumericScale = (int)SdiTable.Number(column, "numeric_scale");
        DatetimePrecision = (int)SdiTable.Number(column, "datetime_precision");
        CollationId = (int)SdiTable.Number(column, "collation_id");
        Elements = SdiTable.Items(column, "elements").Select(e => ReadElement(SdiTable.Text(e, "name"))).ToList();
        TypeText = SdiTable.Text(column, "column_type_utf8");
        Expression = SdiTable.Text(column, "generation_expression_utf8");
        ReferenceSystem = SdiTable.Flag(column, "srs_id_null") ? null : SdiTable.Number(column, "srs_id");
        PrivateData = DictionaryProperties.Parse(SdiTable.Text(column, "se_private_data"));
        IsCompressedByPercona = int.TryParse(
            DictionaryProperties.Parse(SdiTable.Text(column, "options")).GetValueOrDefault("column_format"), out int format)
            && format > LastColumnFormat;
    }

    public string Name { get; }

    public SdiColumnType Type { get; }

    public bool IsNullable { get; }

    public bool IsUnsigned { get; }

    public bool IsAutoIncrement { get; }

    public bool IsVirtual { get; }

    /// <summary>A system column, or one that was dropped instantly.</summary>
    public bool IsHiddenByEngine { get; }

    /// <summary>INVISIBLE by its definition.</summary>
    public bool IsInvisible { get; }

    /// <summary>Computed by the server, stored or not.</summary>
    public bool IsGenerated { get; }

    /// <summary>Bytes at most for strings.</summary>
    public long CharLength { get; }

    public int NumericPrecision { get; }

    public int NumericScale { get; }

    public int DatetimePrecision { get; }

    public int CollationId { get; }

    /// <summary>Whether the collation means something: for numbers it depends on how the column came about.</summary>
    public bool IsText => IsString || Type is SdiColumnType.Enum or SdiColumnType.Set;

    /// <summary>Of which an index may take the beginning only.</summary>
    public bool IsString => Type is SdiColumnType.Varchar or SdiColumnType.VarString or SdiColumnType.String
        or (>= SdiColumnType.TinyBlob and <= SdiColumnType.Blob);

    /// <summary>Values of an ENUM or SET.</summary>
    public IReadOnlyList<string> Elements { get; }

    public int ElementCount => Elements.Count;

    /// <summary>The type as in SHOW CREATE TABLE.</summary>
    public string TypeText { get; }

    /// <summary>Of a generated column; empty for others.</summary>
    public string Expression { get; }

    /// <summary>The SRID of a geometry column that has one.</summary>
    public long? ReferenceSystem { get; }

    public IReadOnlyDictionary<string, string> PrivateData { get; }

    /// <summary>Percona Server's COLUMN_FORMAT COMPRESSED.</summary>
    public bool IsCompressedByPercona { get; }

    public int VersionAdded => Number("version_added");

    public int VersionDropped => Number("version_dropped");

    /// <summary>Position in the clustered index of a table with row versions, or -1.</summary>
    public int PhysicalPosition => PrivateData.ContainsKey("physical_pos") ? Number("physical_pos") : -1;

    // Names of elements are in Base64 because they are in the column's character set.
    private static string ReadElement(string name)
    {
        var bytes = new byte[name.Length];
        return Convert.TryFromBase64String(name, bytes, out int length) ? System.Text.Encoding.UTF8.GetString(bytes, 0, length) : name;
    }

    private int Number(string key) => int.TryParse(PrivateData.GetValueOrDefault(key), out int n) ? n : 0;
}

/// <summary>dd::enum_column_types.</summary>
internal enum SdiColumnType
{
    Decimal = 1,
    Tiny,
    Short,
    Long,
    Float,
    Double,
    Null,
    Timestamp,
    LongLong,
    Int24,
    Date,
    Time,
    Datetime,
    Year,
    NewDate,
    Varchar,
    Bit,
    Timestamp2,
    Datetime2,
    Time2,
    NewDecimal,
    Enum,
    Set,
    TinyBlob,
    MediumBlob,
    LongBlob,
    Blob,
    VarString,
    String,
    Geometry,
    Json,
    Vector,
}

/// <summary>An index in the SDI.</summary>
internal sealed class SdiIndex
{
    public const int FullText = 4, SpatialIndex = 5;

    public SdiIndex(JsonElement index)
    {
        Name = SdiTable.Text(index, "name");
        Type = (int)SdiTable.Number(index, "type");
        PrivateData = DictionaryProperties.Parse(SdiTable.Text(index, "se_private_data"));
        Elements = SdiTable.Items(index, "elements").Select(e => new SdiIndexElement(
            (int)SdiTable.Number(e, "column_opx"), (uint)SdiTable.Number(e, "length"), IsHidden(e),
            (int)SdiTable.Number(e, "order"))).ToList();
    }

    public string Name { get; }

    /// <summary>1 primary, 2 unique, 3 multiple, 4 full-text, 5 spatial.</summary>
    public int Type { get; }

    public IReadOnlyDictionary<string, string> PrivateData { get; }

    /// <summary>The fields, hidden ones too; those of the clustered index are the whole record in stored order.</summary>
    public IReadOnlyList<SdiIndexElement> Elements { get; }

    // 8.0.11 and 8.0.12 do not say it, but give hidden fields alone no length.
    private static bool IsHidden(JsonElement element) =>
        SdiTable.Flag(element, "hidden") || SdiTable.Number(element, "length") == uint.MaxValue;
}

/// <summary>A field of an index in the SDI.</summary>
/// <param name="Column">Zero-based position among the table's columns.</param>
/// <param name="Length">Bytes of the prefix that is indexed, 4294967295 for hidden fields.</param>
/// <param name="IsHidden">Not named by the user.</param>
/// <param name="Order">2 ascending, 3 descending.</param>
internal sealed record SdiIndexElement(int Column, uint Length, bool IsHidden, int Order);

/// <summary>The dictionary's way to write properties: <c>key=value;key=value;</c>, a backslash before special characters.</summary>
internal static class DictionaryProperties
{
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var properties = new Dictionary<string, string>();
        var word = new System.Text.StringBuilder();
        string? key = null;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && i + 1 < text.Length)
            {
                word.Append(text[++i]);
            }
            else if (c == '=' && key == null)
            {
                key = word.ToString();
                word.Clear();
            }
            else if (c == ';')
            {
                if (key != null)
                    properties[key] = word.ToString();
                key = null;
                word.Clear();
            }
            else
            {
                word.Append(c);
            }
        }

        return properties;
    }
}
