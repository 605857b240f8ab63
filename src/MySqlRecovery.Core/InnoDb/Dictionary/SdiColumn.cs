using System.Text.Json;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>A column in the SDI.</summary>
internal sealed class SdiColumn
{
    private const int HiddenByEngine = 2;

    public SdiColumn(JsonElement column)
    {
        Name = SdiTable.Text(column, "name");
        Type = (SdiColumnType)(int)SdiTable.Number(column, "type");
        IsNullable = SdiTable.Flag(column, "is_nullable");
        IsUnsigned = SdiTable.Flag(column, "is_unsigned");
        IsAutoIncrement = SdiTable.Flag(column, "is_auto_increment");
        IsVirtual = SdiTable.Flag(column, "is_virtual");
        IsHiddenByEngine = (int)SdiTable.Number(column, "hidden") == HiddenByEngine;
        CharLength = SdiTable.Number(column, "char_length");
        NumericPrecision = (int)SdiTable.Number(column, "numeric_precision");
        NumericScale = (int)SdiTable.Number(column, "numeric_scale");
        DatetimePrecision = (int)SdiTable.Number(column, "datetime_precision");
        CollationId = (int)SdiTable.Number(column, "collation_id");
        Elements = SdiTable.Items(column, "elements").Select(e => ReadElement(SdiTable.Text(e, "name"))).ToList();
        TypeText = SdiTable.Text(column, "column_type_utf8");
        PrivateData = DictionaryProperties.Parse(SdiTable.Text(column, "se_private_data"));
    }

    public string Name { get; }

    public SdiColumnType Type { get; }

    public bool IsNullable { get; }

    public bool IsUnsigned { get; }

    public bool IsAutoIncrement { get; }

    public bool IsVirtual { get; }

    /// <summary>A system column, or one that was dropped instantly.</summary>
    public bool IsHiddenByEngine { get; }

    /// <summary>Bytes at most for strings.</summary>
    public long CharLength { get; }

    public int NumericPrecision { get; }

    public int NumericScale { get; }

    public int DatetimePrecision { get; }

    public int CollationId { get; }

    /// <summary>Whether the collation means something: for numbers it depends on how the column came about.</summary>
    public bool IsText => Type is SdiColumnType.Varchar or SdiColumnType.VarString or SdiColumnType.String
        or SdiColumnType.Enum or SdiColumnType.Set or (>= SdiColumnType.TinyBlob and <= SdiColumnType.Blob);

    /// <summary>Values of an ENUM or SET.</summary>
    public IReadOnlyList<string> Elements { get; }

    public int ElementCount => Elements.Count;

    /// <summary>The type as in SHOW CREATE TABLE.</summary>
    public string TypeText { get; }

    public IReadOnlyDictionary<string, string> PrivateData { get; }

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
