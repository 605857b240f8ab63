using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MySqlRecovery.Binlog.Encryption;

/// <summary>
/// Decrypts the events of a log that MariaDB encrypted (encrypt_binlog), each by itself: AES in CBC or CTR mode, started
/// from the log's nonce and the event's offset (MariaDB: sql/log_event.cc <c>Log_event_writer</c>,
/// include/my_crypt.h; what is left behind the last whole block of CBC is masked with the encrypted start value).
/// </summary>
internal sealed class MariaDbCipher : IDisposable
{
    /// <summary>Bytes of the nonce in a START_ENCRYPTION event.</summary>
    public const int NonceLength = 12;
    private const int BlockLength = 16;
    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _nonce;
    private readonly bool _isCounterMode;

    public MariaDbCipher(byte[] key, ReadOnlySpan<byte> nonce, bool isCounterMode)
    {
        _aes.Key = key;
        _nonce = nonce.ToArray();
        _isCounterMode = isCounterMode;
    }

    /// <summary>Decrypts an event in place.</summary>
    /// <param name="stored">The event as it is in the log.</param>
    /// <param name="offset">Where it is: its low 32 bits are part of the start value.</param>
    public void Decrypt(Span<byte> stored, long offset)
    {
        // The length stays readable in its place; what it displaced stands where the timestamp will be.
        const int Length = 9;
        Span<byte> length = stackalloc byte[4];
        stored.Slice(Length, 4).CopyTo(length);
        stored[..4].CopyTo(stored[Length..]);
        Span<byte> start = stackalloc byte[BlockLength];
        _nonce.CopyTo(start);
        BinaryPrimitives.WriteUInt32LittleEndian(start[NonceLength..], (uint)offset);
        if (_isCounterMode)
            DecryptCounter(stored[4..], start);
        else
            DecryptBlocks(stored[4..], start);
        stored.Slice(Length, 4).CopyTo(stored);
        length.CopyTo(stored[Length..]);
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
