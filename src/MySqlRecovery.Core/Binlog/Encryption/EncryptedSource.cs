using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MySqlRecovery.Binlog.Events;
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
        catch (Exception e) when (MalformedData.Is(e))
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
                ? "The server's key was rotated after this copy of the log was made (or before, if the keyring is an old one). Give the "
                    + "keyring file of that time too, or copy the log from the server again."
                : "Give the keyring file of the server that wrote the log; its UUID is in the key's name.");
    }

    private void CheckKey(EncryptedHeader header, Keyring keyring)
    {
        Span<byte> magic = stackalloc byte[BinlogFile.Magic.Length];
        if (Read(0, magic) == magic.Length && !magic.SequenceEqual(BinlogFile.Magic))
            throw KeyWrong(_source, header, $"in {keyring.Paths} does not decrypt it");
    }

    private static RecoveryException KeyWrong(ByteSource source, EncryptedHeader header, string what) => new(
        "BinlogKeyWrong", RecoveryErrorKind.InvalidData, $"the log is encrypted with key {header.KeyId}, but the key of this name {what}",
        source.Path, 0, "The keyring file or the first 512 bytes of the log are damaged. Take other copies of them.");
}

/// <summary>
/// What precedes an encrypted binlog or relay log (MySQL 8.0.14 and later): magic number, version, then typed fields up to
/// a type of 0, all in 512 bytes (sql/rpl_log_encryption.h).
/// </summary>
/// <param name="KeyId">The keyring's name for the master key: <c>MySQLReplicationKey_</c>, server UUID, sequence number.</param>
/// <param name="EncryptedFilePassword">The file's password, encrypted with the master key.</param>
/// <param name="Iv">The initialization vector of that encryption.</param>
internal sealed record EncryptedHeader(string KeyId, byte[] EncryptedFilePassword, byte[] Iv)
{
    public const int Length = 512;
    private const int PasswordLength = 32;
    private const int IvLength = 16;

    private enum Field : byte
    {
        End = 0,
        KeyringKeyId = 1,
        EncryptedFilePassword = 2,
        IvForFilePassword = 3,
    }

    /// <summary>What an encrypted log starts with.</summary>
    public static ReadOnlySpan<byte> Magic => [0xFD, 0x62, 0x69, 0x6E];

    /// <summary>Reads a header; a damaged one is an <see cref="InvalidDataException"/> or <see cref="EndOfStreamException"/>.</summary>
    public static EncryptedHeader Parse(ReadOnlySpan<byte> bytes)
    {
        var cursor = new ByteCursor(bytes);
        if (!cursor.Take(Magic.Length).SequenceEqual(Magic))
            throw new InvalidDataException("it has another magic number");
        byte version = cursor.ReadByte();
        if (version != 1)
            throw new InvalidDataException($"it has version {version}, known is 1");

        string? keyId = null;
        byte[]? password = null, iv = null;
        while ((Field)cursor.ReadByte() is var field && field != Field.End)
        {
            switch (field)
            {
                case Field.KeyringKeyId:
                    keyId = Encoding.Latin1.GetString(cursor.Take(cursor.ReadByte()));
                    break;
                case Field.EncryptedFilePassword:
                    password = cursor.Take(PasswordLength).ToArray();
                    break;
                case Field.IvForFilePassword:
                    iv = cursor.Take(IvLength).ToArray();
                    break;
                default:
                    throw new InvalidDataException($"it has a field of the unknown type {(byte)field}");
            }
        }

        if (keyId == null || password == null || iv == null)
            throw new InvalidDataException("it does not have key id, password and initialization vector");
        return new EncryptedHeader(keyId, password, iv);
    }

    /// <summary>The file's password in the clear; the master key has 32 bytes.</summary>
    public byte[] DecryptFilePassword(byte[] masterKey)
    {
        using var aes = Aes.Create();
        aes.Key = masterKey;
        return aes.DecryptCbc(EncryptedFilePassword, Iv, PaddingMode.None);
    }
}

/// <summary>
/// AES-256 in counter mode as encrypted logs use it (sql/stream_cipher.cc): key and nonce come from the SHA-512 of the
/// file's password, the low eight bytes of the counter are the number of the block, so that any place can be decrypted.
/// </summary>
internal sealed class CounterCipher : IDisposable
{
    private const int BlockLength = 16;
    private const int BatchLength = 16 << 10;
    private readonly Aes _aes = Aes.Create();
    private readonly ulong _nonce;
    private readonly byte[] _counters = new byte[BatchLength];

    public CounterCipher(byte[] password)
    {
        byte[] digest = SHA512.HashData(password);
        _aes.Key = digest[..32];
        _nonce = BinaryPrimitives.ReadUInt64BigEndian(digest.AsSpan(32));
    }

    /// <summary>Decrypts (or encrypts, which is the same) bytes that stand at <paramref name="offset"/> of the stream.</summary>
    public void Apply(long offset, Span<byte> bytes)
    {
        int skipped = (int)(offset % BlockLength);
        ulong block = (ulong)offset / BlockLength;
        while (bytes.Length > 0)
        {
            int count = Math.Min(bytes.Length, BatchLength - skipped);
            int batch = (skipped + count + BlockLength - 1) / BlockLength * BlockLength;
            Span<byte> counters = _counters.AsSpan(0, batch);
            for (int at = 0; at < batch; at += BlockLength, block++)
            {
                BinaryPrimitives.WriteUInt64BigEndian(counters[at..], _nonce);
                BinaryPrimitives.WriteUInt64BigEndian(counters[(at + 8)..], block);
            }

            _aes.EncryptEcb(counters, counters, PaddingMode.None);
            Xor(bytes[..count], counters.Slice(skipped, count));
            bytes = bytes[count..];
            skipped = 0;
        }
    }

    public void Dispose() => _aes.Dispose();

    private static void Xor(Span<byte> bytes, ReadOnlySpan<byte> mask)
    {
        Span<Vector<byte>> vectors = MemoryMarshal.Cast<byte, Vector<byte>>(bytes);
        ReadOnlySpan<Vector<byte>> maskVectors = MemoryMarshal.Cast<byte, Vector<byte>>(mask);
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] ^= maskVectors[i];
        for (int i = vectors.Length * Vector<byte>.Count; i < bytes.Length; i++)
            bytes[i] ^= mask[i];
    }
}
