using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Tablespace;

namespace MySqlRecovery.InnoDb.Records;

/// <summary>Off-page columns stored as a chain of pages (lob0lob.h), the format of all servers but MySQL 8.0+ for DYNAMIC tables.</summary>
internal static class BlobChain
{
    public const int PartLength = 38, NextPage = 42, PartData = 46;

    /// <summary>The bytes that a 20-byte reference leads to, <paramref name="length"/> at most.</summary>
    public static byte[] Read(TablespaceFile file, ReadOnlySpan<byte> reference, int length)
    {
        var bytes = new MemoryStream();
        uint number = FilPage.U32(reference, 4);
        while (number != FilPage.Null && bytes.Length < length)
        {
            if (number >= file.PageCount)
                throw new InvalidDataException($"a chain of off-page data leads to page {number}, beyond the file");
            byte[] page = file.ReadPage(number);
            int part = (int)Math.Min(FilPage.U32(page, PartLength), (uint)page.Length);
            if (FilPage.TypeOf(page) is not (PageType.Blob or PageType.SdiBlob) || part == 0 || PartData + part > page.Length)
                throw new InvalidDataException($"page {number} is not part of off-page data");
            bytes.Write(page, PartData, part);
            number = FilPage.U32(page, NextPage);
        }

        return bytes.ToArray();
    }
}
