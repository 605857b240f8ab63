using System.Text;
using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Cfg;

/// <summary>
/// The metadata that goes with a file for ALTER TABLE ... IMPORT TABLESPACE (row0quiesce.cc writes it, row0import.cc reads it).
/// Version 1: MySQL 5.6, 5.7, MariaDB. Version 7: 8.0.29 to 9.0, with row versions. Version 8: 9.1 and later, with row
/// versions of two bytes. All numbers are big-endian.
/// </summary>
internal sealed record CfgTable(
    int Version, string Name, uint PageSize, uint TableFlags, uint SpaceFlags, uint SpaceId,
    IReadOnlyList<CfgColumn> Columns, IReadOnlyList<CfgIndex> Indexes)
{
    private const int RowVersions = 7, LongRowVersions = 8;

    /// <summary>Nullable columns of rows that were written before any instant change.</summary>
    public uint InitialNullable { get; init; }

    /// <summary>Columns without system columns: before any instant change, now, and with dropped ones.</summary>
    public (uint Initial, uint Current, uint Total) ColumnCounts { get; init; }

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
        if (Version >= RowVersions)
        {
            Number(file, InitialNullable, ColumnCounts.Initial, ColumnCounts.Current, ColumnCounts.Total, DroppedColumns, RowVersion, SpaceFlags);
            file.WriteByte(0); // no transparent page compression
        }

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
        if (Version < RowVersions)
            return;
        WriteRowVersion(file, column.VersionAdded);
        WriteRowVersion(file, column.VersionDropped);
        Number(file, column.PhysicalPosition);
        if (column.DroppedMetadata != null)
            file.Write(column.DroppedMetadata);
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
            bool marksLength = Version < RowVersions && field.IsDescending;
            Number(file, field.Prefix, (uint)field.FixedLength | (marksLength ? 0x80000000u : 0));
            if (Version >= RowVersions)
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
