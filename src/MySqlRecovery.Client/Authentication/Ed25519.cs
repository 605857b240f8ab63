using System.Security.Cryptography;

namespace MySqlRecovery.Client.Authentication;

/// <summary>
/// Ed25519 signatures (RFC 8032, section 5.1.6) as MariaDB uses them: the secret is the password, of any length, where the
/// RFC has a seed of 32 bytes. With a 32 byte secret both are the same.
/// </summary>
internal static class Ed25519
{
    /// <summary>The signature, 64 bytes.</summary>
    public static byte[] Sign(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> message)
    {
        byte[] hash = SHA512.HashData(secret);
        hash[0] &= 0xF8;
        hash[31] = (byte)((hash[31] & 0x7F) | 0x40);
        ReadOnlySpan<byte> key = hash.AsSpan(0, 32);

        byte[] publicKey = Ed25519Point.MultiplyBase(key).Encode();
        byte[] nonce = Ed25519Scalar.Reduce(SHA512.HashData([.. hash.AsSpan(32), .. message]));
        byte[] commitment = Ed25519Point.MultiplyBase(nonce).Encode();
        byte[] challenge = Ed25519Scalar.Reduce(SHA512.HashData([.. commitment, .. publicKey, .. message]));
        return [.. commitment, .. Ed25519Scalar.MultiplyAdd(challenge, key, nonce)];
    }
}
