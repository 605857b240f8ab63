using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Model;

namespace MySqlRecovery.InnoDb.Pages;

/// <summary>
/// Makes pages as the server has them in memory of those in the file: decrypted and expanded. A page that is damaged stays as
/// it is, and <see cref="PageInspection"/> says so.
/// </summary>
internal sealed class PageDecoder : IDisposable
{
    private readonly TablespaceFile _file;
    private readonly Lazy<PageCipher> _cipher;
    private readonly bool _isMariaDbEncrypted;

    /// <param name="file">The file, of which page 0 is read: it is never encrypted or compressed.</param>
    /// <param name="keyring">The keys; null if there are none.</param>
    public PageDecoder(TablespaceFile file, Keyring? keyring)
    {
        _file = file;
        _isMariaDbEncrypted = !file.IsHeaderLost && MariaDbPageCipher.HasInfo(file);
        _cipher = new Lazy<PageCipher>(() => PageCipher.Of(file, keyring));
    }

    /// <summary>Decodes a page in place.</summary>
    /// <exception cref="RecoveryException"><c>TablespaceEncrypted</c>, <c>TablespaceKeyWrong</c> or <c>TablespacePageCompressed</c>:
    /// no page of its kind can be decoded.</exception>
    public void Decode(Span<byte> page, uint number)
    {
        if (number == 0 || FilPage.IsEmpty(page[..FilPage.Data]))
            return;
        bool isCompressed = PageEncoding.IsCompressed(page, _file.Flags);
        bool isEncrypted = PageEncoding.IsEncrypted(page, number, _file.Flags)
            || (_isMariaDbEncrypted && FilPage.U32(page, FilPage.FlushLsn) != 0 && !_file.Flags.IsFullCrc32);
        if ((!isCompressed && !isEncrypted)
            || (_file.Flags.IsFullCrc32 && PageChecksum.Identify(page, _file.Flags) == PageChecksumAlgorithm.Unknown))
            return;
        byte[] plain = page.ToArray();
        if ((!isEncrypted || _cipher.Value.Decrypt(plain, number)) && (!isCompressed || PageCompression.Expand(plain, _file)))
        {
            if (_file.Flags.IsFullCrc32)
                PageChecksum.Seal(plain, _file.Flags, PageChecksumAlgorithm.FullCrc32);
            plain.CopyTo(page);
        }
    }

    public void Dispose()
    {
        if (_cipher.IsValueCreated)
            _cipher.Value.Dispose();
    }
}

/// <summary>Decrypts the pages of one file; called by several threads.</summary>
internal abstract class PageCipher : IDisposable
{
    /// <summary>The cipher of a file.</summary>
    /// <exception cref="RecoveryException"><c>TablespaceEncrypted</c> or <c>TablespaceKeyWrong</c>.</exception>
    public static PageCipher Of(TablespaceFile file, Keyring? keyring)
    {
        if (file.IsHeaderLost)
            throw Missing(file, "the file is encrypted, and its first page, which had the key, is lost");
        if (keyring == null)
            throw Missing(file, "the file is encrypted");
        return MariaDbPageCipher.HasInfo(file) ? MariaDbPageCipher.Open(file, keyring) : MySqlPageCipher.Open(file, keyring);
    }

    /// <summary>Decrypts a page in place; false if it does not become one.</summary>
    public abstract bool Decrypt(Span<byte> page, uint number);

    public abstract void Dispose();

    protected static RecoveryException Missing(TablespaceFile file, string message) => new(
        "TablespaceEncrypted", RecoveryErrorKind.ObjectNotFound, message, file.Path,
        recommendedAction: "Give the server's keyring file, or MariaDB's key file, with -KeyringPath; or decrypt the table on a server "
            + "that has the key: ALTER TABLE ... ENCRYPTION='N' (MariaDB: ENCRYPTED=NO).");

    protected static RecoveryException Wrong(TablespaceFile file, string keyId, Keyring keyring) => new(
        "TablespaceKeyWrong", RecoveryErrorKind.InvalidData,
        $"the file is encrypted with key {keyId}, and the key of this name in {keyring.Paths} does not decrypt it", file.Path, 0,
        "Give the keyring of the server that wrote the file.");
}
