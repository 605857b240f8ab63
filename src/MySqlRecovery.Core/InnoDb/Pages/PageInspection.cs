using System.Runtime.CompilerServices;
using MySqlRecovery.InnoDb.Tablespace;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>Tells whether a single page is whole.</summary>
internal static class PageInspection
{
    /// <summary>The page's problem, or null. <paramref name="algorithm"/> is how it is sealed; the file's own one names what is expected.</summary>
    [MethodImpl(Jit.Hot)]
    public static IbdPageProblem? Check(
        ReadOnlySpan<byte> page, uint number, TablespaceFile file, PageChecksumAlgorithm usual, out PageChecksumAlgorithm algorithm)
    {
        algorithm = PageChecksum.Identify(page, file.Flags);
        if (algorithm == PageChecksumAlgorithm.Empty)
            return null;
        if (algorithm == PageChecksumAlgorithm.Unknown)
        {
            return Problem(page, number, file, "wrong checksum",
                $"0x{PageChecksum.Expected(page, file.Flags, usual):X8}", $"0x{PageChecksum.Found(page, file.Flags):X8}");
        }

        uint stored = FilPage.U32(page, FilPage.PageNumber);
        return stored == number ? null : Problem(page, number, file, "wrong page number", number.ToString(), stored.ToString());
    }

    /// <summary>A problem of the given page.</summary>
    public static IbdPageProblem Problem(
        ReadOnlySpan<byte> page, uint number, TablespaceFile file, string problem, string expected = "", string found = "") => new()
    {
        Path = file.Path,
        PageNumber = number,
        Offset = (long)number * file.PageLength,
        PageType = FilPage.U16(page, FilPage.Type),
        IndexId = IndexPage.IsIndex(FilPage.TypeOf(page)) ? FilPage.U64(page, IndexPage.IndexId).ToString() : "",
        Problem = problem,
        Expected = expected,
        Found = found,
    };
}
