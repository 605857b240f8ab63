using System.Buffers.Binary;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>Offsets within every page, and big-endian access to them (fil0types.h).</summary>
internal static class FilPage
{
    public const int Checksum = 0;
    public const int PageNumber = 4;
    public const int Previous = 8;
    public const int Next = 12;

    /// <summary>On page 0 of a MySQL 8.0+ file, in place of the previous page: the version of the server that wrote it last.</summary>
    public const int ServerVersion = 8;
    public const int Lsn = 16;
    public const int Type = 24;
    public const int FlushLsn = 26;
    public const int SpaceId = 34;
    public const int Data = 38;
    public const int TrailerLength = 8;

    /// <summary>"No page" (FIL_NULL).</summary>
    public const uint Null = 0xFFFFFFFF;

    public static ushort U16(ReadOnlySpan<byte> page, int at) => BinaryPrimitives.ReadUInt16BigEndian(page[at..]);

    public static uint U32(ReadOnlySpan<byte> page, int at) => BinaryPrimitives.ReadUInt32BigEndian(page[at..]);

    public static ulong U64(ReadOnlySpan<byte> page, int at) => BinaryPrimitives.ReadUInt64BigEndian(page[at..]);

    public static PageType TypeOf(ReadOnlySpan<byte> page) => (PageType)U16(page, Type);

    public static bool IsEmpty(ReadOnlySpan<byte> page) => !page.ContainsAnyExcept((byte)0);

    public static byte[] Bytes(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Bytes(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}
