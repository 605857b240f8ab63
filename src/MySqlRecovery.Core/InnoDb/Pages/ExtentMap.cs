using System.Collections;
using System.Numerics;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>Which pages are free, from the extent descriptors (fsp0fsp.h): their old contents mean nothing any more.</summary>
internal sealed class ExtentMap
{
    private const int DescriptorArray = 150;
    private const int BitmapInDescriptor = 24;
    private readonly BitArray _free;
    private readonly HashSet<int> _unknown;
    private readonly int _pagesADescriptor;

    private ExtentMap(BitArray free, HashSet<int> unknown, int pagesADescriptor) =>
        (_free, _unknown, _pagesADescriptor) = (free, unknown, pagesADescriptor);

    /// <summary>Pages that the map tells of, those with it that are missing at the end of a file that was cut off.</summary>
    public uint PageCount => (uint)_free.Length;

    public bool IsFree(uint page) => page >= _free.Length || _free[(int)page];

    /// <summary>Whether a page belongs to something; false also where the descriptor of its extent cannot be read.</summary>
    public bool IsInUse(uint page) => !IsFree(page) && !_unknown.Contains((int)page / _pagesADescriptor);

    /// <summary>Reads every descriptor page; one bit of memory a page.</summary>
    public static ExtentMap Read(TablespaceFile file)
    {
        TablespaceFlags flags = file.Flags;
        int extent = flags.ExtentPages;
        int descriptorLength = DescriptorLength(flags);
        // No more than the descriptors that are there tell of.
        long described = (file.PageCount + file.PageLength - 1L) / file.PageLength * file.PageLength;
        int pages = (int)Math.Min(Math.Max(file.PageCount, Math.Min(
            described, file.IsHeaderLost ? 0 : Math.Min(file.SizeByHeader, file.FreeLimit))), int.MaxValue);
        var free = new BitArray(pages);
        var unknown = new HashSet<int>();
        for (int first = 0; first < pages; first += file.PageLength)
        {
            if (file.IsHeaderLost)
            {
                unknown.Add(first / file.PageLength);
                continue;
            }

            byte[] page = file.ReadPage((uint)first);
            // A page that is encrypted has another type; what is all zeros must be told of.
            if (FilPage.TypeOf(page) is not (PageType.FspHeader or PageType.ExtentDescriptor) && !FilPage.IsEmpty(page))
                unknown.Add(first / file.PageLength);
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

        return new ExtentMap(free, unknown, file.PageLength);
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
