using System.IO.Compression;

namespace MySqlRecovery.Binlog.Rows;

/// <summary>
/// Values of MariaDB's COMPRESSED columns (10.3+; sql/field_comp.cc): empty as it is, else a byte: 0 and the value as it
/// is, or 0x80 for zlib plus the bytes of the length (bits 0 to 2) plus 8 for data without zlib's wrapping, then the
/// length big-endian and the data.
/// </summary>
internal static class CompressedColumn
{
    private const int ChunkLength = 64 << 10;

    public static bool IsCompressed(ColumnType type) =>
        type is ColumnType.MariaDbBlobCompressed or ColumnType.MariaDbVarCharCompressed;

    /// <summary>The value as it was stored by the user.</summary>
    public static ReadOnlySpan<byte> Expand(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value[0] == 0)
            return value.IsEmpty ? value : value[1..];
        int lengthBytes = value[0] & 7;
        if ((value[0] & 0xF0) != 0x80 || lengthBytes is 0 or > 4 || value.Length <= lengthBytes)
            throw new InvalidDataException($"a compressed column value that starts with 0x{value[0]:X2}");
        uint length = 0;
        for (int i = 1; i <= lengthBytes; i++)
            length = length << 8 | value[i];
        var data = new MemoryStream(value[(1 + lengthBytes)..].ToArray());
        using Stream inflate = (value[0] & 8) != 0
            ? new DeflateStream(data, CompressionMode.Decompress) : new ZLibStream(data, CompressionMode.Decompress);
        // Grows with what really comes, not with what the length claims.
        var result = new MemoryStream();
        var chunk = new byte[ChunkLength];
        for (int got; (got = inflate.Read(chunk)) > 0 && result.Length <= length;)
            result.Write(chunk, 0, got);
        return result.Length == length
            ? result.GetBuffer().AsSpan(0, (int)length)
            : throw new InvalidDataException($"a compressed column value of {result.Length} bytes or more, not {length}");
    }
}
