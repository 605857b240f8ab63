using System.Security.Cryptography;
using System.Text;
using MySqlRecovery.IO;

namespace MySqlRecovery.Binlog.Encryption;

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
