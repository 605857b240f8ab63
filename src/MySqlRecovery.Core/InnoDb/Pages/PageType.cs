namespace MySqlRecovery.InnoDb.Pages;

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
