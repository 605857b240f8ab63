using Microsoft.Win32.SafeHandles;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>An .ibd file open for reading, and what page 0 says about its shape.</summary>
internal sealed class TablespaceFile : IDisposable
{
    /// <summary>Bytes read at a time by whoever goes through the whole file.</summary>
    public const int ChunkSize = 1 << 20;

    private const int LargestPage = 65536;
    private const int SmallestPage = 1024;
    private const int SizeInPages = 46;
    private const int FreeLimitOffset = 50;
    private readonly SafeFileHandle _handle;

    private TablespaceFile(string path, SafeFileHandle handle, byte[] page0, TablespaceFlags flags)
    {
        Path = path;
        _handle = handle;
        Length = RandomAccess.GetLength(handle);
        Page0 = page0;
        Flags = flags;
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>Page 0 as it is in the file.</summary>
    public byte[] Page0 { get; }

    public TablespaceFlags Flags { get; }

    /// <summary>Bytes of a page in the file.</summary>
    public int PageLength => Flags.PhysicalSize;

    /// <summary>Whole pages in the file.</summary>
    public uint PageCount => (uint)(Length / PageLength);

    /// <summary>Pages that the file should have by its own account.</summary>
    public uint SizeByHeader => FilPage.U32(Page0, SizeInPages);

    /// <summary>Pages from here on were never used.</summary>
    public uint FreeLimit => FilPage.U32(Page0, FreeLimitOffset);

    /// <summary>The id in the header of page 0.</summary>
    public uint SpaceId => FilPage.U32(Page0, FilPage.SpaceId);

    /// <summary>Page 0 is lost: <see cref="Page0"/> and <see cref="Flags"/> are those of another file of the table.</summary>
    public bool IsHeaderLost { get; private init; }

    /// <summary>Some bytes at the end are missing or too many.</summary>
    public bool IsTruncated => Length % PageLength != 0 || SizeByHeader > PageCount;

    /// <summary>Opens a file; throws <c>NotATablespace</c> if page 0 is not one, <c>IbdReadError</c> if the system refuses.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What errors and problems call it, if not by its path.</param>
    /// <param name="like">A file of the same form, which stands in for page 0 if that is lost; null: it must be there.</param>
    public static TablespaceFile Open(string path, string? name = null, TablespaceFile? like = null)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var start = new byte[LargestPage];
            int length = ReadFully(handle, start, 0);
            if (like != null && length >= like.PageLength && FilPage.TypeOf(start) != PageType.FspHeader)
                return new TablespaceFile(name ?? path, handle, like.Page0, like.Flags) { IsHeaderLost = true };
            TablespaceFlags flags = ReadFlags(path, start.AsSpan(0, length));
            return new TablespaceFile(name ?? path, handle, start[..flags.PhysicalSize], flags);
        }
        catch (Exception e)
        {
            handle?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw CannotRead(path, e);
            throw;
        }
    }

    /// <summary>Decodes pages where they are read, if the file has encrypted or compressed ones; null: they come as they are.</summary>
    public PageDecoder? Decoder { get; set; }

    /// <summary>Reads whole pages from <paramref name="firstPage"/> on; returns how many.</summary>
    public int ReadPages(uint firstPage, Span<byte> buffer)
    {
        int pages = ReadRawPages(firstPage, buffer);
        for (int i = 0; Decoder != null && i < pages; i++)
            Decoder.Decode(buffer.Slice(i * PageLength, PageLength), firstPage + (uint)i);
        return pages;
    }

    /// <summary>One page as it is in the file; false beyond its end.</summary>
    public bool ReadRaw(uint page, Span<byte> buffer) => ReadRawPages(page, buffer[..PageLength]) == 1;

    /// <summary>One page; throws <c>IbdTruncated</c> beyond the end of the file.</summary>
    public byte[] ReadPage(uint page)
    {
        var buffer = new byte[PageLength];
        if (page >= PageCount || ReadPages(page, buffer) != 1)
            throw new RecoveryException("IbdTruncated", RecoveryErrorKind.InvalidData,
                $"page {page} is beyond the end of the file, which has {PageCount} pages", Path, (long)page * PageLength);
        return buffer;
    }

    /// <summary>The first bytes of a page; false beyond the end of the file.</summary>
    public bool TryReadStart(uint page, Span<byte> buffer) => TryReadAt(page, 0, buffer);

    /// <summary>Some bytes of a page; false beyond its end or that of the file.</summary>
    public bool TryReadAt(uint page, int offset, Span<byte> buffer)
    {
        if (page >= PageCount || offset + buffer.Length > PageLength)
            return false;
        if (Decoder != null)
        {
            ReadPage(page).AsSpan(offset, buffer.Length).CopyTo(buffer);
            return true;
        }

        try
        {
            return ReadFully(_handle, buffer, ((long)page * PageLength) + offset) == buffer.Length;
        }
        catch (IOException e)
        {
            throw CannotRead(Path, e);
        }
    }

    public void Dispose()
    {
        Decoder?.Dispose();
        _handle.Dispose();
    }

    private int ReadRawPages(uint firstPage, Span<byte> buffer)
    {
        try
        {
            return ReadFully(_handle, buffer, (long)firstPage * PageLength) / PageLength;
        }
        catch (IOException e)
        {
            throw CannotRead(Path, e);
        }
    }

    private static TablespaceFlags ReadFlags(string path, ReadOnlySpan<byte> start)
    {
        string? wrong = null;
        TablespaceFlags flags = default;
        if (start.Length < SmallestPage)
            wrong = $"the file has only {start.Length} bytes";
        else if (FilPage.TypeOf(start) != PageType.FspHeader || FilPage.U32(start, FilPage.PageNumber) != 0)
            wrong = $"page 0 is not the header of a tablespace (page type {(ushort)FilPage.TypeOf(start)}, page number "
                + $"{FilPage.U32(start, FilPage.PageNumber)})";
        else
        {
            flags = new TablespaceFlags(FilPage.U32(start, TablespaceFlags.OffsetOnPage0));
            if (!flags.IsValid)
                wrong = $"the tablespace flags 0x{flags.Value:X} mean nothing";
            else if (start.Length < flags.PhysicalSize)
                wrong = $"the file has only {start.Length} bytes, less than one page of {flags.PhysicalSize}";
        }

        return wrong == null ? flags
            : throw new RecoveryException("NotATablespace", RecoveryErrorKind.InvalidData, wrong, path, 0);
    }

    private static int ReadFully(SafeFileHandle handle, Span<byte> buffer, long offset)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int read = RandomAccess.Read(handle, buffer[total..], offset + total);
            if (read == 0)
                break;
            total += read;
        }

        return total;
    }

    private static RecoveryException CannotRead(string path, Exception e) => new("IbdReadError",
        e is FileNotFoundException ? RecoveryErrorKind.ObjectNotFound : RecoveryErrorKind.ReadError, e.Message, path, inner: e);
}
