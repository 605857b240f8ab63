using System.Text;
using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Cfg;

/// <summary>
/// The metadata that goes with a file for ALTER TABLE ... IMPORT TABLESPACE (row0quiesce.cc writes it, row0import.cc reads it).
/// Version 1: MySQL 5.6, 5.7, MariaDB. Version 6: 8.0.19 to 8.0.28, with columns that were added instantly. Version 7: 8.0.29
/// to 9.0, with row versions. Version 8: 9.1 and later, with row
/// versions of two bytes. All numbers are big-endian.
/// </summary>
internal sealed record CfgTable(
    int Version, string Name, uint PageSize, uint TableFlags, uint SpaceFlags, uint SpaceId,
    IReadOnlyList<CfgColumn> Columns, IReadOnlyList<CfgIndex> Indexes)
{
    public const int InstantColumnCount = 6, RowVersions = 7, LongRowVersions = 8;

    /// <summary>Nullable columns of rows that were written before any instant change.</summary>
    public uint InitialNullable { get; init; }

    /// <summary>Columns without system columns: before any instant change, now, and with dropped ones.</summary>
    public (uint Initial, uint Current, uint Total) ColumnCounts { get; init; }

    /// <summary>Columns before the first one that was added instantly by a server before 8.0.29; all where there is none.</summary>
    public uint InstantColumns { get; init; }

    public uint DroppedColumns { get; init; }

    public uint RowVersion { get; init; }

    public byte[] ToBytes()
    {
        using var file = new MemoryStream();
        Number(file, (uint)Version);
        Text(file, "MySqlRecovery");
        Text(file, Name);
        file.Write(FilPage.Bytes(0UL)); // AUTO_INCREMENT: the importer finds the highest value by itself
        Number(file, PageSize, TableFlags, (uint)Columns.Count);
        if (Version == InstantColumnCount)
            Number(file, InstantColumns, SpaceFlags);
        if (Version >= RowVersions)
            Number(
                file, InitialNullable, ColumnCounts.Initial, ColumnCounts.Current, ColumnCounts.Total, DroppedColumns, RowVersion,
                SpaceFlags);

        if (Version >= InstantColumnCount)
            file.WriteByte(0); // no transparent page compression

        for (int i = 0; i < Columns.Count; i++)
            Write(file, Columns[i], (uint)i);
        Number(file, (uint)Indexes.Count);
        foreach (CfgIndex index in Indexes)
            Write(file, index);
        return file.ToArray();
    }

    private void Write(Stream file, CfgColumn column, uint number)
    {
        Number(file, column.Type.PreciseType, column.Type.MainType, column.Type.Length, column.Type.MinMaxWidth,
            number, column.IsOrdering ? 1u : 0, column.MaxPrefix);
        Text(file, column.Name);
        if (Version < InstantColumnCount)
            return;
        if (Version >= RowVersions)
        {
            WriteRowVersion(file, column.VersionAdded);
            WriteRowVersion(file, column.VersionDropped);
            Number(file, column.PhysicalPosition);
            if (column.DroppedMetadata != null)
                file.Write(column.DroppedMetadata);
        }

        bool hasDefault = column.InstantDefault != null || column.IsInstantDefaultNull;
        file.WriteByte(hasDefault ? (byte)1 : (byte)0);
        if (!hasDefault)
            return;
        file.WriteByte(column.IsInstantDefaultNull ? (byte)1 : (byte)0);
        if (column.InstantDefault == null)
            return;
        Number(file, (uint)column.InstantDefault.Length);
        file.Write(column.InstantDefault);
    }

    private void WriteRowVersion(Stream file, int version)
    {
        if (Version >= LongRowVersions)
            file.WriteByte(version == 0 ? (byte)0xFF : (byte)(version >> 8));
        file.WriteByte(version == 0 ? (byte)0xFF : (byte)version);
    }

    private void Write(Stream file, CfgIndex index)
    {
        file.Write(FilPage.Bytes(index.Id));
        Number(file, SpaceId, index.RootPage, index.Type, index.TrxIdOffset, index.UserColumns, index.UniqueColumns,
            index.NullableFields, (uint)index.Fields.Count);
        Text(file, index.Name);
        foreach (CfgField field in index.Fields)
        {
            // MariaDB marks descending fields in the length, MySQL 8.0+ in a word of its own.
            bool marksLength = Version < InstantColumnCount && field.IsDescending;
            Number(file, field.Prefix, (uint)field.FixedLength | (marksLength ? 0x80000000u : 0));
            if (Version >= InstantColumnCount)
                Number(file, field.IsDescending ? 0u : 1);
            Text(file, field.Name);
        }
    }

    private static void Number(Stream file, params ReadOnlySpan<uint> values)
    {
        foreach (uint value in values)
            file.Write(FilPage.Bytes(value));
    }

    private static void Text(Stream file, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + "\0");
        Number(file, (uint)bytes.Length);
        file.Write(bytes);
    }
}

/// <summary>Which server a .cfg file is for: they differ in a few types.</summary>
internal enum CfgServer
{
    /// <summary>5.7, and 8.0.29 and later by the SDI.</summary>
    MySql,
    MySql56,

    /// <summary>Before 11.5.</summary>
    MariaDb,

    /// <summary>From 11.5 on, which has other default collations.</summary>
    MariaDb115,
}

internal static class CfgServers
{
    public static bool IsMariaDb(this CfgServer server) => server is CfgServer.MariaDb or CfgServer.MariaDb115;
}

/// <summary>A column in a .cfg file: dict_col_t as the server writes it (row0quiesce.cc).</summary>
internal sealed record CfgColumn(string Name, CfgType Type)
{
    /// <summary>Whether an index orders by it.</summary>
    public bool IsOrdering { get; set; }

    /// <summary>The longest prefix that an index takes of it, 0 if one takes the whole.</summary>
    public uint MaxPrefix { get; set; }

    /// <summary>Position in the clustered index, with bit 15 set if a prefix of it comes first; FIL_NULL if it is not there.</summary>
    public uint PhysicalPosition { get; set; } = FilPage.Null;

    public int VersionAdded { get; init; }

    public int VersionDropped { get; init; }

    /// <summary>What the dictionary keeps of a column that was dropped instantly; null for others.</summary>
    public byte[]? DroppedMetadata { get; init; }

    /// <summary>The value in rows older than the column; null if there is none to write.</summary>
    public byte[]? InstantDefault { get; init; }

    public bool IsInstantDefaultNull { get; init; }

    /// <summary>Notes that an index has the column, or a prefix of it, among its ordering fields (dict0dict.cc).</summary>
    /// <param name="prefix">Bytes of the prefix, or 0.</param>
    /// <param name="takesLongest">MySQL 5.6 keeps the longest prefix also where another index takes the whole column.</param>
    public void UseInOrder(uint prefix, bool takesLongest = false)
    {
        if (takesLongest)
            MaxPrefix = Math.Max(MaxPrefix, prefix);
        else if (!IsOrdering)
            MaxPrefix = prefix;
        else if (prefix == 0)
            MaxPrefix = 0;
        else if (MaxPrefix != 0)
            MaxPrefix = Math.Max(MaxPrefix, prefix);
        IsOrdering = true;
    }
}

/// <summary>An index in a .cfg file: dict_index_t as the server writes it.</summary>
internal sealed record CfgIndex(
    string Name, ulong Id, uint RootPage, uint Type, uint UserColumns, uint UniqueColumns, IReadOnlyList<CfgField> Fields)
{
    public const uint Clustered = 1, Unique = 2, Spatial = 64, Virtual = 128, Sdi = 256;

    public uint NullableFields => (uint)Fields.Count(f => f.IsNullable);

    /// <summary>Where DB_TRX_ID is if everything before it has a fixed length, else 0.</summary>
    public uint TrxIdOffset
    {
        get
        {
            if ((Type & Clustered) == 0)
                return 0;
            IEnumerable<CfgField> key = Fields.TakeWhile(f => f.Name != "DB_TRX_ID").ToList();
            return key.All(f => f.FixedLength > 0 && f.Prefix == 0) ? (uint)key.Sum(f => f.FixedLength) : 0;
        }
    }
}

/// <summary>A field of an index in a .cfg file.</summary>
internal sealed record CfgField(string Name, uint Prefix, int FixedLength, bool IsDescending, bool IsNullable);
