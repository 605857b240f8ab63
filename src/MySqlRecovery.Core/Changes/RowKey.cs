using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MySqlRecovery.Binlog.Rows;

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

    /// <summary>The value for a whole image.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> image)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(image, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>Whether a layout has all columns of a key that is known.</summary>
    public static bool IsIn(RowLayout layout, int[] key) =>
        key.Length > 0 && Array.TrueForAll(key, k => Array.IndexOf(layout.Ordinals, k) >= 0);
}
