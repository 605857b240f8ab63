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

/// <summary>FIL_PAGE_TYPE, two bytes at offset 24 of every page (fil0fil.h).</summary>
internal enum PageType : ushort
{
    Allocated = 0,
    Inode = 3,
    InsertBufferBitmap = 5,
    FspHeader = 8,
    ExtentDescriptor = 9,
    Blob = 10,
    ZBlob = 11,
    ZBlob2 = 12,
    Compressed = 14,
    Encrypted = 15,
    CompressedAndEncrypted = 16,
    EncryptedRTree = 17,

    /// <summary>In MySQL 8.0 and later; MariaDB marks the root of a table with instant columns with the same number.</summary>
    SdiBlob = 18,
    SdiZBlob = 19,
    LobIndex = 22,
    LobData = 23,
    LobFirst = 24,
    ZLobFirst = 25,
    ZLobData = 26,
    ZLobIndex = 27,
    ZLobFragment = 28,
    ZLobFragmentEntry = 29,
    Sdi = 17853,
    RTree = 17854,
    Index = 17855,

    /// <summary>MariaDB page_compressed without full_crc32.</summary>
    MariaDbCompressed = 34354,

    /// <summary>MariaDB page_compressed and encrypted without full_crc32.</summary>
    MariaDbCompressedAndEncrypted = 37401,
}
