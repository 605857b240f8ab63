using System.Buffers.Binary;

namespace MySqlRecovery.Client.Authentication;

/// <summary>Numbers modulo 2^255 - 19 in five limbs of 51 bits, which may be a little larger between operations.</summary>
internal readonly struct Ed25519Field
{
    private const ulong Mask = (1UL << 51) - 1;

    private readonly ulong _a, _b, _c, _d, _e;

    public Ed25519Field(ulong a, ulong b, ulong c, ulong d, ulong e) => (_a, _b, _c, _d, _e) = (a, b, c, d, e);

    public static Ed25519Field Zero => default;

    public static Ed25519Field One => new(1, 0, 0, 0, 0);

    public static Ed25519Field operator +(in Ed25519Field x, in Ed25519Field y) =>
        Carry(x._a + y._a, x._b + y._b, x._c + y._c, x._d + y._d, x._e + y._e);

    // Four times the modulus is added first, so that no limb becomes negative.
    public static Ed25519Field operator -(in Ed25519Field x, in Ed25519Field y) => Carry(
        x._a + 4 * (Mask - 18) - y._a, x._b + 4 * Mask - y._b, x._c + 4 * Mask - y._c, x._d + 4 * Mask - y._d, x._e + 4 * Mask - y._e);

    public static Ed25519Field operator *(in Ed25519Field x, in Ed25519Field y)
    {
        // 2^255 is 19: what overflows the top comes back at the bottom, 19 times.
        UInt128 a = Product(x._a, y._a) + 19 * (Product(x._b, y._e) + Product(x._c, y._d) + Product(x._d, y._c) + Product(x._e, y._b));
        UInt128 b = Product(x._a, y._b) + Product(x._b, y._a) + 19 * (Product(x._c, y._e) + Product(x._d, y._d) + Product(x._e, y._c));
        UInt128 c = Product(x._a, y._c) + Product(x._b, y._b) + Product(x._c, y._a) + 19 * (Product(x._d, y._e) + Product(x._e, y._d));
        UInt128 d = Product(x._a, y._d) + Product(x._b, y._c) + Product(x._c, y._b) + Product(x._d, y._a) + 19 * Product(x._e, y._e);
        UInt128 e = Product(x._a, y._e) + Product(x._b, y._d) + Product(x._c, y._c) + Product(x._d, y._b) + Product(x._e, y._a);
        b += a >> 51;
        c += b >> 51;
        d += c >> 51;
        e += d >> 51;
        UInt128 low = ((ulong)a & Mask) + 19 * (e >> 51);
        return Carry((ulong)low & Mask, ((ulong)b & Mask) + (ulong)(low >> 51), (ulong)c & Mask, (ulong)d & Mask, (ulong)e & Mask);
    }

    /// <summary>x where the mask is 0, y where it is all ones; takes the same time for both.</summary>
    public static Ed25519Field Select(in Ed25519Field x, in Ed25519Field y, ulong mask) => new(
        x._a ^ (mask & (x._a ^ y._a)), x._b ^ (mask & (x._b ^ y._b)), x._c ^ (mask & (x._c ^ y._c)),
        x._d ^ (mask & (x._d ^ y._d)), x._e ^ (mask & (x._e ^ y._e)));

    /// <summary>1 / x, as x to the power of 2^255 - 21 (Fermat); the exponent has ones in all bits but 2 and 4.</summary>
    public Ed25519Field Invert()
    {
        Ed25519Field result = One;
        for (int bit = 254; bit >= 0; bit--)
        {
            result *= result;
            if (bit is not (2 or 4))
                result *= this;
        }

        return result;
    }

    /// <summary>The one representation below the modulus, 32 bytes little-endian.</summary>
    public byte[] Encode()
    {
        Ed25519Field x = Carry(_a, _b, _c, _d, _e);
        x = Carry(x._a, x._b, x._c, x._d, x._e);

        // Now x < 2^255 + 19: adding 19 overflows bit 255 exactly if x is not below the modulus.
        ulong over = (x._a + 19) >> 51;
        over = (x._b + over) >> 51;
        over = (x._c + over) >> 51;
        over = (x._d + over) >> 51;
        over = (x._e + over) >> 51;
        ulong a = x._a + 19 * over;
        ulong b = x._b + (a >> 51);
        ulong c = x._c + (b >> 51);
        ulong d = x._d + (c >> 51);
        ulong e = x._e + (d >> 51);
        (a, b, c, d, e) = (a & Mask, b & Mask, c & Mask, d & Mask, e & Mask);

        var bytes = new byte[32];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, a | b << 51);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), b >> 13 | c << 38);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), c >> 26 | d << 25);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), d >> 39 | e << 12);
        return bytes;
    }

    private static Ed25519Field Carry(ulong a, ulong b, ulong c, ulong d, ulong e) => new(
        (a & Mask) + 19 * (e >> 51), (b & Mask) + (a >> 51), (c & Mask) + (b >> 51), (d & Mask) + (c >> 51), (e & Mask) + (d >> 51));

    private static UInt128 Product(ulong x, ulong y)
    {
        ulong high = Math.BigMul(x, y, out ulong low);
        return new UInt128(high, low);
    }
}
