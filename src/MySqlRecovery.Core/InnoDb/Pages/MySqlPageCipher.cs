using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.IO;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>
/// MySQL's encryption of pages (os0enc.cc): page 0 has the file's key and start value, encrypted with the master key of the
/// keyring that it names; of a page all but the header is encrypted in CBC mode, the last 32 bytes twice, for the length is no
/// multiple of a block.
/// </summary>
internal sealed class MySqlPageCipher : PageCipher
{
    private const int BlockLength = 16, KeyLength = 32, MagicLength = 3, UuidLength = 36;
    private const int Version = 26, OriginalType = 28, CompressedLength = 32, ShortestCompressed = FilPage.Data + (2 * BlockLength);
    private readonly byte[] _key;
    private readonly byte[] _iv;
    private readonly ThreadLocal<Aes> _aes;

    private MySqlPageCipher(ReadOnlySpan<byte> key)
    {
        _key = key[..KeyLength].ToArray();
        _iv = key.Slice(KeyLength, BlockLength).ToArray();
        _aes = new ThreadLocal<Aes>(() => NewAes(_key), trackAllValues: true);
    }

    public static MySqlPageCipher Open(TablespaceFile file, Keyring keyring)
    {
        ReadOnlySpan<byte> info = file.Page0.AsSpan(ExtentMap.EndOfDescriptors(file.Flags));
        if (!info.StartsWith("lCB"u8) && !info.StartsWith("lCC"u8))
            throw Missing(file, "the file is encrypted, and its first page does not have the key in a form that is known");
        bool isSecond = info.StartsWith("lCB"u8);
        info = info[MagicLength..];
        uint number = FilPage.U32(info, 0);
        info = info[4..];
        if (isSecond && FilPage.U32(info, 0) == 0)
            info = info[4..]; // some versions wrote the number in eight bytes
        string id = $"INNODBKey-{Encoding.Latin1.GetString(info[..UuidLength])}-{number}";
        byte[] master = keyring.Find(id)
            ?? throw Missing(file, $"the file is encrypted with key {id}, which {keyring.Paths} does not hold");
        info = info[UuidLength..];
        if (master.Length != KeyLength)
            throw Wrong(file, id, keyring);
        using Aes aes = NewAes(master);
        byte[] key = aes.DecryptEcb(info[..(2 * KeyLength)], PaddingMode.None);
        return Crc32C.Compute(key) == FilPage.U32(info, 2 * KeyLength) ? new MySqlPageCipher(key) : throw Wrong(file, id, keyring);
    }

    public override bool Decrypt(Span<byte> page, uint number)
    {
        PageType type = FilPage.TypeOf(page);
        int end = page.Length;
        if (type == PageType.CompressedAndEncrypted)
        {
            // Before 8.0.14 what is encrypted reached to a multiple of the file system's block.
            int length = FilPage.Data + FilPage.U16(page, CompressedLength);
            end = page[Version] == 1 ? (length + 4095) & ~4095 : Math.Max(length, ShortestCompressed);
        }

        if (end > page.Length)
            return false;
        Span<byte> data = page[FilPage.Data..end];
        int whole = data.Length / BlockLength * BlockLength;
        if (whole < data.Length)
            Decrypt(data[^(2 * BlockLength)..]);
        Decrypt(data[..whole]);
        BinaryPrimitives.WriteUInt16BigEndian(page[FilPage.Type..], type switch
        {
            PageType.Encrypted => FilPage.U16(page, OriginalType),
            PageType.EncryptedRTree => (ushort)PageType.RTree,
            _ => (ushort)PageType.Compressed,
        });
        return true;
    }

    public override void Dispose()
    {
        foreach (Aes aes in _aes.Values)
            aes.Dispose();
        _aes.Dispose();
    }

    private void Decrypt(Span<byte> bytes) => _aes.Value!.DecryptCbc(bytes, _iv, bytes, PaddingMode.None);

    private static Aes NewAes(byte[] key)
    {
        var aes = Aes.Create();
        aes.Key = key;
        return aes;
    }
}
