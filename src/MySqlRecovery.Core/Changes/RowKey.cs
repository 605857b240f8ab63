using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Text;

namespace MySqlRecovery.Changes;

/// <summary>
/// A row's table and key in 16 bytes, so that millions can be remembered. Half of a SHA-256: two keys with one value
/// would make one row of two, so not even chosen keys may collide.
/// </summary>
internal static class RowKey
{
    /// <summary>The value for the columns <paramref name="key"/> of an image, all of which must be in it.</summary>
    public static UInt128 Of(TableMap map, RowLayout layout, int[] key, ReadOnlySpan<byte> image)
    {
        Span<ValueRange> ranges = layout.Ordinals.Length <= 256
            ? stackalloc ValueRange[layout.Ordinals.Length] : new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        int length = Encoding.UTF8.GetMaxByteCount(map.Database.Length + map.Table.Length) + 1 + sizeof(int) * key.Length + image.Length;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        int at = Encoding.UTF8.GetBytes(map.Database, buffer);
        buffer[at++] = 0;
        at += Encoding.UTF8.GetBytes(map.Table, buffer.AsSpan(at));
        foreach (int ordinal in key)
        {
            ValueRange range = ranges[Array.IndexOf(layout.Ordinals, ordinal)];
            BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(at), range.Length);
            at += sizeof(int);
            if (range.IsNull)
                continue;
            range.Of(image).CopyTo(buffer.AsSpan(at));
            at += range.Length;
        }

        UInt128 value = Of(buffer.AsSpan(0, at));
        ArrayPool<byte>.Shared.Return(buffer);
        return value;
    }

    /// <summary>The same, and one value for all that the server takes for the same key: text goes by its collation.</summary>
    public static UInt128 OfComparable(TableMap map, RowLayout layout, int[] key, ReadOnlySpan<byte> image) =>
        Array.Exists(key, k => IsText(map.Columns[k])) ? OfComparable(map.Database, map.Table, map, layout, key, image, out _)
            : Of(map, layout, key, image);

    /// <summary>The same for a unique key; null where one of its columns is NULL, which equals nothing, or is not in the image.</summary>
    public static UInt128? OfUnique(TableMap map, RowLayout layout, int[] key, ReadOnlySpan<byte> image)
    {
        if (image.IsEmpty || !IsIn(layout, key))
            return null;
        UInt128 value = OfComparable(map.Database, map.Table, map, layout, key, image, out bool hasNull);
        return hasNull ? null : value;
    }

    /// <summary>One value for all rows, of either table, that a foreign key ties together: what they have in its columns. Null where
    /// one is NULL, which refers to nothing, or is not in the image.</summary>
    public static UInt128? OfReference(
        TableReference reference, TableMap map, RowLayout layout, int[] columns, ReadOnlySpan<byte> image)
    {
        if (image.IsEmpty || !IsIn(layout, columns))
            return null;
        UInt128 value = OfComparable(reference.Child.ToString(), reference.Name, map, layout, columns, image, out bool hasNull);
        return hasNull ? null : value;
    }

    private static UInt128 OfComparable(
        string scope, string name, TableMap map, RowLayout layout, int[] key, ReadOnlySpan<byte> image, out bool hasNull)
    {
        var ranges = new ValueRange[layout.Ordinals.Length];
        layout.Locate(image, ranges);
        hasNull = false;
        var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(scope);
        writer.Write(name);
        foreach (int ordinal in key)
        {
            ValueRange range = ranges[Array.IndexOf(layout.Ordinals, ordinal)];
            ColumnDefinition column = map.Columns[ordinal];
            writer.Write(range.IsNull);
            hasNull |= range.IsNull;
            if (range.IsNull)
                continue;
            if (IsText(column) && Fold(column, range.Of(image)) is { } text)
            {
                writer.Write(text);
                continue;
            }

            writer.Write(range.Length);
            writer.Write(range.Of(image));
        }

        writer.Flush();
        return Of(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>Whether many values of a column that the server tells apart are one here.</summary>
    public static bool JoinsMuch(ColumnDefinition column) => IsText(column) && (CollationOf(column).JoinsMuch
        || (!CollationOf(column).IsBinary && SetOf(column).Decode([]) == null));

    /// <summary>Whether that is so of a column of a table's key: rows that have one name here may be different ones.</summary>
    public static bool JoinsMuch(TableMap map) => JoinsMuch(map, map.PrimaryKey);

    /// <summary>The same of any key of a table.</summary>
    public static bool JoinsMuch(TableMap map, int[] key) => Array.Exists(key, k => JoinsMuch(map.Columns[k]));

    /// <summary>What is to be said where rows are told apart by such a key.</summary>
    public static string DoubtOf(TableMap map) => $"keys of {map.QualifiedName} are not told apart as their collation does";

    private static string? Fold(ColumnDefinition column, ReadOnlySpan<byte> value) => CollationOf(column).Fold(SetOf(column), value);

    private static CharacterSet SetOf(ColumnDefinition column) => column.CharacterSet ?? CharacterSets.ByName("utf8mb4")!;

    private static Collation CollationOf(ColumnDefinition column) =>
        column.Collation ?? CharacterSets.CollationOf(SetOf(column).Name, null) ?? Collation.Unknown;

    private static bool IsText(ColumnDefinition column) => column.IsCharacter && column.CharacterSet is not { IsBinary: true };

    // The value for a row of a table without a key. MariaDB 11.8 logs columns that are computed with rows that are inserted, and leaves
    // them out of those that are changed: they tell no row from another.
    private static UInt128 OfRow(TableMap map, RowLayout layout, ReadOnlySpan<byte> image)
    {
        if (Array.Exists(layout.Columns, c => c.IsGenerated))
            return Of(map, layout, Array.FindAll(layout.Ordinals, o => !layout.Columns[o].IsGenerated), image);
        byte[] buffer =
            ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(map.Database.Length + map.Table.Length) + 1 + image.Length);
        int at = Encoding.UTF8.GetBytes(map.Database, buffer);
        buffer[at++] = 0;
        at += Encoding.UTF8.GetBytes(map.Table, buffer.AsSpan(at));
        image.CopyTo(buffer.AsSpan(at));
        UInt128 value = Of(buffer.AsSpan(0, at + image.Length));
        ArrayPool<byte>.Shared.Return(buffer);
        return value;
    }

    /// <summary>What a row is known by: its key, or, where the log names none, all it holds; null where the image lacks it.</summary>
    public static UInt128? NameOf(TableMap map, RowLayout layout, ReadOnlySpan<byte> image) => image.IsEmpty ? null
        : map.PrimaryKey.Length == 0 ? OfRow(map, layout, image)
        : IsIn(layout, map.PrimaryKey) ? OfComparable(map, layout, map.PrimaryKey, image) : null;

    /// <summary>The value for the key of a row that has a name, as it is spelt: others where a collation may take keys for one.</summary>
    public static UInt128 SpellingOf(TableMap map, RowLayout layout, ReadOnlySpan<byte> image) => Of(map, layout, map.PrimaryKey, image);

    /// <summary>The value for a whole image.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> image)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(image, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>Whether a row can only be known by all it holds, and an image of it lacks some of that: it may be any.</summary>
    public static bool IsUnsure(TableMap map, RowLayout layout, ReadOnlySpan<byte> image) =>
        map.PrimaryKey.Length == 0 && !image.IsEmpty && !layout.LacksOnlyGenerated;

    /// <summary>What is to be said of such rows.</summary>
    public static string DoubtOfParts(TableMap map) => $"the log holds only some columns of rows of {map.QualifiedName}, of which no "
        + "key is known; -SchemaPath, -Connection or -Server tells whether it has one, and which columns are generated";

    /// <summary>Whether a layout has all columns of a key that is known.</summary>
    public static bool IsIn(RowLayout layout, int[] key) =>
        key.Length > 0 && Array.TrueForAll(key, k => Array.IndexOf(layout.Ordinals, k) >= 0);
}
