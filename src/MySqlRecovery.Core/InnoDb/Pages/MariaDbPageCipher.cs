using System.Buffers.Binary;
using System.Security.Cryptography;
using MySqlRecovery.Binlog.Encryption;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>
/// MariaDB's encryption of pages (fil0crypt.cc, sql/encryption.cc scheme 1): page 0 names the key and has the start value from
/// which the file's key is made; each page is started from the file's id, its number and its LSN.
/// </summary>
internal sealed class MariaDbPageCipher : PageCipher
{
    private const int SchemeStart = 8, SchemeLength = 16, KeyId = SchemeStart + SchemeLength + 4, Checksum = 4;
    private readonly TablespaceFile _file;
    private readonly ThreadLocal<MariaDbBlockCipher>[] _modes;

    // CBC or CTR is a setting of the server (file_key_management_encryption_algorithm), not in the file; null until a page tells.
    private volatile ThreadLocal<MariaDbBlockCipher>? _mode;

    private MariaDbPageCipher(TablespaceFile file, byte[] key)
    {
        _file = file;
        _modes =
        [
            new(() => new MariaDbBlockCipher(key, isCounterMode: false), trackAllValues: true),
            new(() => new MariaDbBlockCipher(key, isCounterMode: true), trackAllValues: true),
        ];
    }

    private static ReadOnlySpan<byte> Magic => [(byte)'s', 0xE, 0xC, (byte)'R', (byte)'E', (byte)'t'];

    /// <summary>Whether page 0 tells of MariaDB's encryption.</summary>
    public static bool HasInfo(TablespaceFile file) => Info(file).StartsWith(Magic);

    public static MariaDbPageCipher Open(TablespaceFile file, Keyring keyring)
    {
        ReadOnlySpan<byte> info = Info(file);
        string id = $"{FilPage.U32(info, KeyId)}";
        byte[] key = keyring.Find(id) ?? throw Missing(file, $"the file is encrypted with key {id}, which {keyring.Paths} does not hold");
        if (key.Length is not (16 or 24 or 32))
            throw Wrong(file, id, keyring);
        using var aes = Aes.Create();
        aes.Key = key;
        var cipher = new MariaDbPageCipher(file, aes.EncryptEcb(info.Slice(SchemeStart, SchemeLength), PaddingMode.None));
        if (!cipher.FindMode())
            throw Wrong(file, id, keyring);
        return cipher;
    }

    public override bool Decrypt(Span<byte> page, uint number) => _mode is { } mode && Decrypt(page, number, mode.Value!);

    public override void Dispose()
    {
        foreach (ThreadLocal<MariaDbBlockCipher> mode in _modes)
        {
            foreach (MariaDbBlockCipher cipher in mode.Values)
                cipher.Dispose();
            mode.Dispose();
        }
    }

    // The server counts the page's header twice.
    private static ReadOnlySpan<byte> Info(TablespaceFile file) =>
        file.Page0.AsSpan(ExtentMap.EndOfDescriptors(file.Flags) + FilPage.Data);

    // The first page that is encrypted and whole tells. A file without one needs no key.
    private bool FindMode()
    {
        var page = new byte[_file.PageLength];
        for (uint number = 1; number < _file.PageCount && _file.ReadRaw(number, page); number++)
        {
            bool isFull = _file.Flags.IsFullCrc32;
            if (FilPage.U32(page, isFull ? 0 : FilPage.FlushLsn) == 0
                || (isFull && PageChecksum.Identify(page, _file.Flags) == PageChecksumAlgorithm.Unknown))
                continue;
            _mode = Array.Find(_modes, m => IsRight(page, number, m.Value!));
            if (_mode != null || isFull)
                return _mode != null;
        }

        return false;
    }

    private bool IsRight(byte[] page, uint number, MariaDbBlockCipher cipher)
    {
        var plain = (byte[])page.Clone();
        bool isCompressed = PageEncoding.IsCompressed(plain, _file.Flags);
        if (!Decrypt(plain, number, cipher))
            return false;
        if (isCompressed && !PageCompression.Expand(plain, _file))
            return false;
        return _file.Flags.IsFullCrc32 ? FilPage.U32(plain, FilPage.SpaceId) == _file.SpaceId
            : PageChecksum.Identify(plain, _file.Flags) is not (PageChecksumAlgorithm.Unknown or PageChecksumAlgorithm.Covered);
    }

    private bool Decrypt(Span<byte> page, uint number, MariaDbBlockCipher cipher)
    {
        Span<byte> start = stackalloc byte[MariaDbBlockCipher.BlockLength];
        BinaryPrimitives.WriteUInt32LittleEndian(start, _file.SpaceId);
        BinaryPrimitives.WriteUInt32LittleEndian(start[4..], number);
        BinaryPrimitives.WriteUInt64LittleEndian(start[8..], FilPage.U64(page, FilPage.Lsn));
        if (_file.Flags.IsFullCrc32)
        {
            int length = PageChecksum.FullCrc32Length(page);
            cipher.Decrypt(page[FilPage.FlushLsn..(length - Checksum)], start);
            page[..Checksum].Clear();
            return true;
        }

        if (FilPage.TypeOf(page) == PageType.MariaDbCompressedAndEncrypted)
        {
            int length = FilPage.U16(page, FilPage.Data);
            if (length > page.Length - PageCompression.MariaDbEncryptedData)
                return false;
            cipher.Decrypt(page.Slice(PageCompression.MariaDbEncryptedData, length), start);
            return true;
        }

        cipher.Decrypt(page[FilPage.Data..^FilPage.TrailerLength], start);
        page[FilPage.FlushLsn..FilPage.SpaceId].Clear();
        return true;
    }
}
