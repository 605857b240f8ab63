using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MySqlRecovery.Binlog.Encryption;

/// <summary>
/// AES as MariaDB uses it for logs and pages (include/my_crypt.h): in CBC or CTR mode without padding; what is left behind the
/// last whole block of CBC is masked with the encrypted start value.
/// </summary>
internal sealed class MariaDbBlockCipher : IDisposable
{
    public const int BlockLength = 16;
    private readonly Aes _aes = Aes.Create();
    private readonly bool _isCounterMode;

    /// <param name="key">16, 24 or 32 bytes.</param>
    /// <param name="isCounterMode">CTR, not CBC: a setting of the server that no file tells.</param>
    public MariaDbBlockCipher(byte[] key, bool isCounterMode)
    {
        _aes.Key = key;
        _isCounterMode = isCounterMode;
    }

    /// <summary>Decrypts in place.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="start">The start value, 16 bytes, which are changed.</param>
    public void Decrypt(Span<byte> bytes, Span<byte> start)
    {
        if (_isCounterMode)
            DecryptCounter(bytes, start);
        else
            DecryptBlocks(bytes, start);
    }

    public void Dispose() => _aes.Dispose();

    private void DecryptBlocks(Span<byte> bytes, Span<byte> start)
    {
        int whole = bytes.Length / BlockLength * BlockLength;
        _aes.DecryptCbc(bytes[..whole], start, bytes[..whole], PaddingMode.None);
        Span<byte> mask = stackalloc byte[BlockLength];
        _aes.EncryptEcb(start, mask, PaddingMode.None);
        for (int i = whole; i < bytes.Length; i++)
            bytes[i] ^= mask[i - whole];
    }

    private void DecryptCounter(Span<byte> bytes, Span<byte> counter)
    {
        Span<byte> mask = stackalloc byte[BlockLength];
        for (int at = 0; at < bytes.Length; at++)
        {
            if (at % BlockLength == 0)
            {
                _aes.EncryptEcb(counter, mask, PaddingMode.None);
                BinaryPrimitives.WriteUInt128BigEndian(counter, BinaryPrimitives.ReadUInt128BigEndian(counter) + 1);
            }

            bytes[at] ^= mask[at % BlockLength];
        }
    }
}
