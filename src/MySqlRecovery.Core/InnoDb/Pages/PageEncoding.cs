using MySqlRecovery.InnoDb.Tablespace;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>Pages whose bytes are not the page's own: encrypted or transparently compressed.</summary>
internal static class PageEncoding
{
    private const ushort FullCrc32Compressed = 0x8000;

    public static bool IsEncrypted(ReadOnlySpan<byte> page, uint number, TablespaceFlags flags)
    {
        // MariaDB puts the version of the key where other pages have the checksum; page 0 is never encrypted.
        if (flags.IsFullCrc32)
            return number != 0 && FilPage.U32(page, 0) != 0;
        return FilPage.TypeOf(page) is PageType.Encrypted or PageType.CompressedAndEncrypted
            or PageType.EncryptedRTree or PageType.MariaDbCompressedAndEncrypted;
    }

    public static bool IsCompressed(ReadOnlySpan<byte> page, TablespaceFlags flags) => flags.IsFullCrc32
        ? (FilPage.U16(page, FilPage.Type) & FullCrc32Compressed) != 0
        : FilPage.TypeOf(page) is PageType.Compressed or PageType.CompressedAndEncrypted
            or PageType.MariaDbCompressed or PageType.MariaDbCompressedAndEncrypted;
}
