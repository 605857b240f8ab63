using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Encryption;

/// <summary>
/// A binlog or relay log that the server encrypted (binlog_encryption, MySQL 8.0.14 and later), decrypted where it is read.
/// Offsets are those of the plain log, which are the server's positions: the 512 bytes of the encryption header do not
/// count in them, though they do in the file sizes of SHOW BINARY LOGS.
/// </summary>
internal sealed class EncryptedSource : ByteSource
{
    private const int MasterKeyLength = 32;
    private readonly ByteSource _source;
    private readonly CounterCipher _cipher;

    private EncryptedSource(ByteSource source, CounterCipher cipher)
        : base(source.Path) => (_source, _cipher) = (source, cipher);

    public override long Length => Math.Max(0, _source.Length - EncryptedHeader.Length);

    private static ReadOnlySpan<byte> PlainMagic => [0xFE, 0x62, 0x69, 0x6E];

    /// <summary>Whether the log starts as an encrypted one does.</summary>
    public static bool IsEncrypted(ByteSource source)
    {
        Span<byte> magic = stackalloc byte[EncryptedHeader.Magic.Length];
        return source.Read(0, magic) == magic.Length && magic.SequenceEqual(EncryptedHeader.Magic);
    }

    /// <summary>
    /// Opens an encrypted log; disposes <paramref name="source"/> with itself or when it fails. Errors have the ids
    /// BinlogEncryptionHeaderInvalid, BinlogKeyMissing and BinlogKeyWrong.
    /// </summary>
    public static EncryptedSource Open(ByteSource source, Keyring keyring)
    {
        CounterCipher? cipher = null;
        try
        {
            EncryptedHeader header = ReadHeader(source);
            cipher = new CounterCipher(header.DecryptFilePassword(FindMasterKey(source, header, keyring)));
            var opened = new EncryptedSource(source, cipher);
            opened.CheckKey(header, keyring);
            return opened;
        }
        catch
        {
            cipher?.Dispose();
            source.Dispose();
            throw;
        }
    }

    public override int Read(long offset, Span<byte> destination)
    {
        int length = _source.Read(offset + EncryptedHeader.Length, destination);
        lock (_cipher)
            _cipher.Apply(offset, destination[..length]);
        return length;
    }

    public override void Dispose()
    {
        _cipher.Dispose();
        _source.Dispose();
    }

    private static EncryptedHeader ReadHeader(ByteSource source)
    {
        Span<byte> bytes = stackalloc byte[EncryptedHeader.Length];
        int length = source.Read(0, bytes);
        try
        {
            if (length < bytes.Length)
                throw new EndOfStreamException($"it ends after {length} of {bytes.Length} bytes");
            return EncryptedHeader.Parse(bytes);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new RecoveryException(
                "BinlogEncryptionHeaderInvalid", RecoveryErrorKind.InvalidData, $"the encryption header cannot be read: {e.Message}",
                source.Path, 0, "Without it the log cannot be decrypted. Take another copy of the file.", e);
        }
    }

    private static byte[] FindMasterKey(ByteSource source, EncryptedHeader header, Keyring keyring)
    {
        byte[]? key = keyring.Find(header.KeyId);
        if (key?.Length == MasterKeyLength)
            return key;
        if (key != null)
            throw KeyWrong(source, header, $"has {key.Length} bytes in {keyring.Paths}, not {MasterKeyLength}");

        string keysOfServer = header.KeyId[..(header.KeyId.LastIndexOf('_') + 1)];
        bool isOfServer = keysOfServer.Length > 0 && keyring.KeyIds.Any(id => id.StartsWith(keysOfServer, StringComparison.Ordinal));
        throw new RecoveryException(
            "BinlogKeyMissing", RecoveryErrorKind.ObjectNotFound,
            $"the log is encrypted with key {header.KeyId}, which {keyring.Paths} does not hold", source.Path, 0,
            isOfServer
                ? "The server's key was rotated after this copy of the log was made (or before, if the keyring is an old one). Give the keyring file of that time too, or copy the log from the server again."
                : "Give the keyring file of the server that wrote the log; its UUID is in the key's name.");
    }

    private void CheckKey(EncryptedHeader header, Keyring keyring)
    {
        Span<byte> magic = stackalloc byte[PlainMagic.Length];
        if (Read(0, magic) == magic.Length && !magic.SequenceEqual(PlainMagic))
            throw KeyWrong(_source, header, $"in {keyring.Paths} does not decrypt it");
    }

    private static RecoveryException KeyWrong(ByteSource source, EncryptedHeader header, string what) => new(
        "BinlogKeyWrong", RecoveryErrorKind.InvalidData, $"the log is encrypted with key {header.KeyId}, but the key of this name {what}",
        source.Path, 0, "The keyring file or the first 512 bytes of the log are damaged. Take other copies of them.");
}
