using System.Buffers.Binary;
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
        byte[] hash = Hash(secret);
        ReadOnlySpan<byte> key = hash.AsSpan(0, 32);
        byte[] publicKey = Ed25519Point.MultiplyBase(key).Encode();
        byte[] nonce = Ed25519Scalar.Reduce(SHA512.HashData([.. hash.AsSpan(32), .. message]));
        byte[] commitment = Ed25519Point.MultiplyBase(nonce).Encode();
        byte[] challenge = Ed25519Scalar.Reduce(SHA512.HashData([.. commitment, .. publicKey, .. message]));
        return [.. commitment, .. Ed25519Scalar.MultiplyAdd(challenge, key, nonce)];
    }

    /// <summary>The public key, 32 bytes.</summary>
    public static byte[] PublicKey(ReadOnlySpan<byte> secret) => Ed25519Point.MultiplyBase(Hash(secret).AsSpan(0, 32)).Encode();

    // The scalar, clamped, and after it what nonces are made of.
    private static byte[] Hash(ReadOnlySpan<byte> secret)
    {
        byte[] hash = SHA512.HashData(secret);
        hash[0] &= 0xF8;
        hash[31] = (byte)((hash[31] & 0x7F) | 0x40);
        return hash;
    }
}

/// <summary>
/// Numbers modulo the order of Ed25519's base point, 2^252 + 27742317777372353535851937790883648493, as 32 bytes
/// little-endian. Bit by bit and without branches on secrets: slow, short, and a login needs three of them.
/// </summary>
internal static class Ed25519Scalar
{
    private static readonly ulong[] Order = [0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000];

    /// <summary>A number of any length modulo the order.</summary>
    public static byte[] Reduce(ReadOnlySpan<byte> number) => MultiplyAdd(number, [1], []);

    /// <summary>a * b + c modulo the order; c must be below it.</summary>
    public static byte[] MultiplyAdd(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c)
    {
        // b can be as large as 2^255 (a clamped key): it must be below the order before it is added.
        Span<ulong> factor = stackalloc ulong[4];
        foreach (int bit in Bits(b))
        {
            Double(factor);
            Add(factor, [(ulong)bit, 0, 0, 0], ulong.MaxValue);
        }

        Span<ulong> sum = stackalloc ulong[4];
        foreach (int bit in Bits(a))
        {
            Double(sum);
            Add(sum, factor, 0UL - (ulong)bit);
        }

        Add(sum, Words(c), ulong.MaxValue);
        var result = new byte[32];
        for (int i = 0; i < 4; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(result.AsSpan(i * 8), sum[i]);
        return result;
    }

    private static int[] Bits(ReadOnlySpan<byte> number)
    {
        var bits = new int[number.Length * 8];
        for (int i = 0; i < bits.Length; i++)
            bits[bits.Length - 1 - i] = (number[i / 8] >> (i % 8)) & 1;
        return bits;
    }

    private static ulong[] Words(ReadOnlySpan<byte> number)
    {
        Span<byte> padded = stackalloc byte[32];
        number.CopyTo(padded);
        var words = new ulong[4];
        for (int i = 0; i < 4; i++)
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(padded[(i * 8)..]);
        return words;
    }

    private static void Double(Span<ulong> x) => Add(x, x.ToArray(), ulong.MaxValue);

    /// <summary>x + (y AND mask); both are below the order, which is below 2^253, so that the sum cannot overflow.</summary>
    private static void Add(Span<ulong> x, ReadOnlySpan<ulong> y, ulong mask)
    {
        UInt128 carry = 0;
        for (int i = 0; i < 4; i++)
        {
            carry += (UInt128)x[i] + (y[i] & mask);
            x[i] = (ulong)carry;
            carry >>= 64;
        }

        Span<ulong> reduced = stackalloc ulong[4];
        ulong borrow = 0;
        for (int i = 0; i < 4; i++)
        {
            UInt128 difference = (UInt128)x[i] - Order[i] - borrow;
            reduced[i] = (ulong)difference;
            borrow = (ulong)(difference >> 64) & 1;
        }

        ulong keep = 0UL - borrow;
        for (int i = 0; i < 4; i++)
            x[i] = (x[i] & keep) | (reduced[i] & ~keep);
    }
}
