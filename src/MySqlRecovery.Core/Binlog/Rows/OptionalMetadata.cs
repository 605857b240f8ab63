using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>
/// The optional part of a table map: type 1, length, value, repeated (MySQL:
/// libs/mysql/binlog/event/rows_event.h <c>Optional_metadata_field_type</c>). Types that are not known are skipped.
/// </summary>
internal static class OptionalMetadata
{
    private enum Field : byte
    {
        Signedness = 1,
        DefaultCharset = 2,
        ColumnCharset = 3,
        ColumnName = 4,
        SetStringValue = 5,
        EnumStringValue = 6,
        GeometryType = 7,
        SimplePrimaryKey = 8,
        PrimaryKeyWithPrefix = 9,
        EnumAndSetDefaultCharset = 10,
        EnumAndSetColumnCharset = 11,
        ColumnVisibility = 12,
        VectorDimensionality = 13,
    }

    public static void Apply(ReadOnlySpan<byte> block, TableMap map, bool isMariaDb)
    {
        ColumnDefinition[] numeric = Array.FindAll(map.Columns, c => c.IsNumeric);
        ColumnDefinition[] character = Array.FindAll(map.Columns, c => c.IsCharacter || (isMariaDb && c.Type == ColumnType.Geometry));
        ColumnDefinition[] enumOrSet = Array.FindAll(map.Columns, c => c.IsEnumOrSet);
        List<byte[]>? enumValues = null, setValues = null;
        var cursor = new ByteCursor(block);
        while (!cursor.AtEnd)
        {
            var field = (Field)cursor.ReadByte();
            var value = new ByteCursor(cursor.Take(cursor.ReadLength()));
            switch (field)
            {
                case Field.Signedness:
                    ForEachBit(value.Rest, numeric, (column, bit) => column.IsUnsigned = bit);
                    break;
                case Field.DefaultCharset:
                    ApplyDefaultCharset(ref value, character);
                    break;
                case Field.ColumnCharset:
                    ApplyColumnCharset(ref value, character);
                    break;
                case Field.ColumnName:
                    foreach (ColumnDefinition column in map.Columns)
                    {
                        column.Name = Encoding.UTF8.GetString(value.Take(value.ReadLength()));
                        column.IsNameKnown = true;
                    }

                    // Names are written in FULL mode only, and FULL mode writes the primary key where there is one.
                    map.IsPrimaryKeyKnown = true;
                    break;
                case Field.SetStringValue:
                    setValues = ReadMembers(ref value);
                    break;
                case Field.EnumStringValue:
                    enumValues = ReadMembers(ref value);
                    break;
                case Field.SimplePrimaryKey:
                    map.PrimaryKey = ReadKey(ref value, map.Columns.Length, withPrefix: false);
                    break;
                case Field.PrimaryKeyWithPrefix:
                    map.PrimaryKey = ReadKey(ref value, map.Columns.Length, withPrefix: true);
                    break;
                case Field.EnumAndSetDefaultCharset:
                    ApplyDefaultCharset(ref value, enumOrSet);
                    break;
                case Field.EnumAndSetColumnCharset:
                    ApplyColumnCharset(ref value, enumOrSet);
                    break;
                case Field.GeometryType:
                    foreach (ColumnDefinition column in Array.FindAll(map.Columns, c => c.Type == ColumnType.Geometry))
                        column.GeometryType = value.AtEnd ? null : value.ReadLength();
                    break;
                case Field.VectorDimensionality:
                    foreach (ColumnDefinition column in Array.FindAll(map.Columns, c => c.Type == ColumnType.Vector))
                        column.Dimension = value.AtEnd ? null : value.ReadLength();
                    break;
                case Field.ColumnVisibility:
                    ForEachBit(value.Rest, map.Columns, (column, bit) => column.IsVisible = bit);
                    break;
            }
        }

        DecodeMembers(enumValues, map.Columns, ColumnType.Enum);
        DecodeMembers(setValues, map.Columns, ColumnType.Set);
    }

    private static void ForEachBit(ReadOnlySpan<byte> bits, ColumnDefinition[] columns, Action<ColumnDefinition, bool> set)
    {
        for (int i = 0; i < columns.Length && i / 8 < bits.Length; i++)
            set(columns[i], (bits[i / 8] & 0x80 >> i % 8) != 0);
    }

    private static void ApplyDefaultCharset(ref ByteCursor value, ColumnDefinition[] columns)
    {
        ulong standard = value.ReadLengthEncoded();
        foreach (ColumnDefinition column in columns)
            column.SetCollation(standard);
        while (!value.AtEnd)
        {
            int index = value.ReadLength();
            ulong own = value.ReadLengthEncoded();
            if (index < columns.Length)
                columns[index].SetCollation(own);
        }
    }

    private static void ApplyColumnCharset(ref ByteCursor value, ColumnDefinition[] columns)
    {
        for (int i = 0; i < columns.Length && !value.AtEnd; i++)
            columns[i].SetCollation(value.ReadLengthEncoded());
    }

    // One block a column: a count, then that many strings. Decoded last, when their character sets are known.
    private static List<byte[]> ReadMembers(ref ByteCursor value)
    {
        var blocks = new List<byte[]>();
        while (!value.AtEnd)
        {
            ByteCursor start = value;
            int count = value.ReadLength();
            for (int i = 0; i < count; i++)
                value.Skip(value.ReadLength());
            blocks.Add(start.Rest[..(value.Position - start.Position)].ToArray());
        }

        return blocks;
    }

    private static void DecodeMembers(List<byte[]>? blocks, ColumnDefinition[] columns, ColumnType type)
    {
        if (blocks == null)
            return;
        ColumnDefinition[] owners = Array.FindAll(columns, c => c.Type == type);
        for (int i = 0; i < owners.Length && i < blocks.Count; i++)
        {
            var cursor = new ByteCursor(blocks[i]);
            // ReadMembers has walked the block, so the count is no larger than the block is long.
            var members = new string[cursor.ReadLength()];
            bool decoded = true;
            for (int m = 0; m < members.Length; m++)
            {
                string? text = (owners[i].CharacterSet ?? CharacterSets.ByName("utf8mb4")!).Decode(cursor.Take(cursor.ReadLength()));
                decoded &= text != null;
                members[m] = text ?? string.Empty;
            }

            owners[i].Members = decoded ? members : null;
        }
    }

    private static int[] ReadKey(ref ByteCursor value, int columnCount, bool withPrefix)
    {
        var key = new List<int>();
        while (!value.AtEnd)
        {
            int index = value.ReadLength();
            if (withPrefix)
                value.ReadLengthEncoded();
            if (index >= columnCount || key.Contains(index))
                throw new InvalidDataException($"the primary key names column {index + 1} of {columnCount}, or names it twice");
            key.Add(index);
        }

        return [.. key];
    }
}
