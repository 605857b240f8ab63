using MySqlRecovery.IO;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>
/// Reads the serialized dictionary information that MySQL 8.0+ keeps in every tablespace (dict0sdi.h, dict0sdi-decompress.h).
/// </summary>
internal sealed class SdiReader
{
    private const int EncryptionInfoLength = 115; // reserved between the extent descriptors and the SDI header
    private const int UncompressedLength = 25, CompressedLength = 29, DataOffset = 33;
    private const int ChildPageOffset = 12;
    private const int MostLeaves = 1024;
    private const int LargestDocument = 64 << 20;
    private readonly TablespaceFile _file;

    private SdiReader(TablespaceFile file) => _file = file;

    /// <summary>The root page of the SDI index, or null if the file has none.</summary>
    public static uint? RootPage(TablespaceFile file)
    {
        if (!file.Flags.HasSdi)
            return null;
        int at = ExtentMap.EndOfDescriptors(file.Flags) + EncryptionInfoLength;
        uint root = FilPage.U32(file.Page0, at + 4);
        return FilPage.U32(file.Page0, at) == 1 && root < file.PageCount ? root : null;
    }

    /// <summary>Every document, table first; empty if the file has none. Damage throws <c>SdiUnreadable</c>.</summary>
    public static List<byte[]> ReadAll(TablespaceFile file)
    {
        if (RootPage(file) is not { } root)
            return [];
        try
        {
            return new SdiReader(file).ReadTree(root);
        }
        catch (InvalidDataException e)
        {
            throw new RecoveryException("SdiUnreadable", RecoveryErrorKind.InvalidData,
                $"the dictionary information (SDI) cannot be read: {e.Message}", file.Path, (long)root * file.PageLength, inner: e);
        }
    }

    /// <summary>The JSON text in zlib's format, which must be of the given length.</summary>
    public static byte[] Inflate(ReadOnlySpan<byte> compressed, uint length)
    {
        if (length > LargestDocument)
            throw new InvalidDataException($"a document of {length} bytes");
        using var source = new MemoryStream(compressed.ToArray());
        using var zlib = new InflatingStream(source);
        var json = new byte[length];
        int read = zlib.ReadAtLeast(json, json.Length, throwOnEndOfStream: false);
        return read == json.Length ? json : throw new InvalidDataException($"a document has {read} of {length} bytes");
    }

    private List<byte[]> ReadTree(uint root)
    {
        var documents = new List<byte[]>();
        var leaf = new LeafPage(RecordLayout.Sdi);
        foreach (byte[] page in _file.Flags.ZipSize != 0 ? SdiZipPage.ReadLeaves(_file, root) : ReadLeaves(root))
        {
            if (leaf.Read(page) is { } wrong)
                throw new InvalidDataException($"page {FilPage.U32(page, FilPage.PageNumber)}: {wrong}");
            documents.AddRange(leaf.Records.Where(r => !r.IsDeleteMarked).Select(r => ReadDocument(page, r, leaf.BlobReferences)));
        }

        return documents;
    }

    private IEnumerable<byte[]> ReadLeaves(uint root)
    {
        uint number = LeftmostLeaf(root);
        for (int visited = 0; number != FilPage.Null && visited < MostLeaves; visited++)
        {
            byte[] page = _file.ReadPage(number);
            if (FilPage.TypeOf(page) != PageType.Sdi)
                throw new InvalidDataException($"page {number} is not an SDI page");
            yield return page;
            number = FilPage.U32(page, FilPage.Next);
        }
    }

    private uint LeftmostLeaf(uint root)
    {
        uint number = root;
        byte[] page = _file.ReadPage(number);
        for (int level = FilPage.U16(page, IndexPage.Level); level > 0; level--)
        {
            int first = (99 + FilPage.U16(page, 97)) & (page.Length - 1); // from infimum to the first node pointer
            if (first + ChildPageOffset + 4 > page.Length)
                throw new InvalidDataException($"page {number} has no node pointer");
            number = FilPage.U32(page, first + ChildPageOffset);
            page = _file.ReadPage(number);
            if (FilPage.U16(page, IndexPage.Level) != level - 1)
                throw new InvalidDataException($"page {number} is not of level {level - 1}");
        }

        return number;
    }

    private byte[] ReadDocument(byte[] page, LeafRecord record, IReadOnlyList<int> blobReferences)
    {
        uint length = FilPage.U32(page, record.Origin + UncompressedLength);
        uint compressed = FilPage.U32(page, record.Origin + CompressedLength);
        int data = record.Origin + DataOffset;
        foreach (int reference in blobReferences)
        {
            if (reference >= data && reference < record.End)
            {
                byte[] rest = _file.Flags.ZipSize != 0 ? SdiZipPage.ReadChain(_file, FilPage.U32(page, reference + 4))
                    : BlobChain.Read(_file, page.AsSpan(reference, 20), (int)Math.Min(compressed, LargestDocument));
                return Inflate([.. page.AsSpan(data, reference - data), .. rest], length);
            }
        }

        return Inflate(page.AsSpan(data, record.End - data), length);
    }
}
