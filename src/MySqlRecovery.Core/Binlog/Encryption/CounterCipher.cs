using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MySqlRecovery.Binlog.Encryption;

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
