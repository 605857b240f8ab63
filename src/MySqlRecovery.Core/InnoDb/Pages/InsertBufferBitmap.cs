using System.Numerics;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>Pages of type 5: four bits a page on what the change buffer, which is not in this file, holds for it (ibuf0ibuf.cc).</summary>
internal static class InsertBufferBitmap
{
    private const int Bitmap = 94;
    private const byte BufferedBits = 0x44; // bit 2 of four, two pages a byte

    /// <summary>Pages with changes that were not merged into them.</summary>
    public static int CountBuffered(ReadOnlySpan<byte> page)
    {
        int count = 0;
        foreach (byte b in page.Slice(Bitmap, Math.Min(page.Length / 2, page.Length - Bitmap - FilPage.TrailerLength)))
            count += BitOperations.PopCount((uint)(b & BufferedBits));
        return count;
    }
}
