using System.Collections;
using System.Numerics;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>Which pages are free, from the extent descriptors (fsp0fsp.h): their old contents mean nothing any more.</summary>
internal sealed class ExtentMap
{
    private const int DescriptorArray = 150;
    private const int BitmapInDescriptor = 24;
    private readonly BitArray _free;

    private ExtentMap(BitArray free) => _free = free;

    public bool IsFree(uint page) => page >= _free.Length || _free[(int)page];

    /// <summary>Reads every descriptor page; one bit of memory a page.</summary>
    public static ExtentMap Read(TablespaceFile file)
    {
        TablespaceFlags flags = file.Flags;
        int extent = flags.ExtentPages;
        int descriptorLength = DescriptorLength(flags);
        int pages = (int)Math.Min(file.PageCount, int.MaxValue);
        var free = new BitArray(pages);
        for (int first = 0; first < pages; first += file.PageLength)
        {
            byte[] page = file.ReadPage((uint)first);
            int here = Math.Min(file.PageLength, pages - first);
            for (int i = 0; i < here; i++)
            {
                int at = DescriptorArray + (i / extent * descriptorLength) + BitmapInDescriptor + (i % extent / 4);
                bool isFree = (page[at] >> (i % 4 * 2) & 1) != 0;
                free[first + i] = isFree || (uint)(first + i) >= file.FreeLimit;
            }

            if (pages - first <= file.PageLength)
                break;
        }

        return new ExtentMap(free);
    }

    /// <summary>Where on page 0 the array of descriptors ends.</summary>
    public static int EndOfDescriptors(TablespaceFlags flags) =>
        DescriptorArray + (flags.PhysicalSize / flags.ExtentPages * DescriptorLength(flags));

    private static int DescriptorLength(TablespaceFlags flags) => BitmapInDescriptor + (flags.ExtentPages / 4);
}

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
