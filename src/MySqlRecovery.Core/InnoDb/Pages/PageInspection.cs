using System.Runtime.CompilerServices;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>Tells whether a single page is whole.</summary>
internal static class PageInspection
{
    /// <summary>What is said of a page of zeros that should be another: a hole in the file, or a write that was lost.</summary>
    public const string Zeros = "all zeros, but in use";

    /// <summary>The page's problem, or null. <paramref name="algorithm"/> is how it is sealed; the file's own one names what is
    /// expected.</summary>
    [MethodImpl(Jit.Hot)]
    public static IbdPageProblem? Check(
        ReadOnlySpan<byte> page, uint number, TablespaceFile file, ExtentMap extents, PageChecksumAlgorithm usual,
        out PageChecksumAlgorithm algorithm)
    {
        algorithm = PageChecksum.Identify(page, file.Flags);
        if (algorithm == PageChecksumAlgorithm.Empty)
            return extents.IsInUse(number) ? Problem(page, number, file, Zeros) : null;
        if (algorithm == PageChecksumAlgorithm.Unknown)
        {
            return Problem(page, number, file, "wrong checksum",
                $"0x{PageChecksum.Expected(page, file.Flags, usual):X8}", $"0x{PageChecksum.Found(page, file.Flags):X8}");
        }

        if (file.Decoder != null && (PageEncoding.IsEncrypted(page, number, file.Flags) || PageEncoding.IsCompressed(page, file.Flags)))
            return Problem(page, number, file, "cannot be decrypted or expanded");
        uint stored = FilPage.U32(page, FilPage.PageNumber);
        return stored == number ? null : Problem(page, number, file, "wrong page number", $"{number}", $"{stored}");
    }

    /// <summary>A problem of the given page.</summary>
    public static IbdPageProblem Problem(
        ReadOnlySpan<byte> page, uint number, TablespaceFile file, string problem, string expected = "", string found = "") => new()
        {
            Path = file.Path,
            PageNumber = number,
            Offset = (long)number * file.PageLength,
            PageType = FilPage.U16(page, FilPage.Type),
            IndexId = IndexPage.IsIndex(FilPage.TypeOf(page)) ? $"{FilPage.U64(page, IndexPage.IndexId)}" : "",
            Problem = problem,
            Expected = expected,
            Found = found,
        };
}

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
