using System.Buffers.Binary;

namespace MySqlRecovery.Client.Authentication;

/// <summary>Points of edwards25519 in extended coordinates; formulas of RFC 8032, section 5.1.4.</summary>
internal readonly struct Ed25519Point
{
    // 2 * d of the curve's equation -x^2 + y^2 = 1 + d x^2 y^2
    private static readonly Ed25519Field TwoD =
        new(0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff);

    private static readonly Ed25519Point Base = new(
        new(0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d, 0x1ff60527118fe, 0x216936d3cd6e5),
        new(0x6666666666658, 0x4cccccccccccc, 0x1999999999999, 0x3333333333333, 0x6666666666666),
        Ed25519Field.One,
        new(0x68ab3a5b7dda3, 0x00eea2a5eadbb, 0x2af8df483c27e, 0x332b375274732, 0x67875f0fd78b7));

    private static readonly Ed25519Point Neutral = new(Ed25519Field.Zero, Ed25519Field.One, Ed25519Field.One, Ed25519Field.Zero);

    private readonly Ed25519Field _x, _y, _z, _t;

    private Ed25519Point(in Ed25519Field x, in Ed25519Field y, in Ed25519Field z, in Ed25519Field t) => (_x, _y, _z, _t) = (x, y, z, t);

    /// <summary>The base point times a scalar of 32 bytes, in the same time for every scalar.</summary>
    public static Ed25519Point MultiplyBase(ReadOnlySpan<byte> scalar)
    {
        Ed25519Point result = Neutral;
        for (int bit = 255; bit >= 0; bit--)
        {
            result = Add(result, result);
            Ed25519Point sum = Add(result, Base);
            result = Select(result, sum, 0UL - (ulong)((scalar[bit / 8] >> (bit % 8)) & 1));
        }

        return result;
    }

    /// <summary>y, and the lowest bit of x in the top bit.</summary>
    public byte[] Encode()
    {
        Ed25519Field inverse = _z.Invert();
        byte[] bytes = (_y * inverse).Encode();
        bytes[31] |= (byte)((_x * inverse).Encode()[0] << 7);
        return bytes;
    }

    // The curve's addition law is complete: it doubles as well.
    private static Ed25519Point Add(in Ed25519Point p, in Ed25519Point q)
    {
        Ed25519Field a = (p._y - p._x) * (q._y - q._x);
        Ed25519Field b = (p._y + p._x) * (q._y + q._x);
        Ed25519Field c = p._t * TwoD * q._t;
        Ed25519Field d = p._z * q._z;
        d += d;
        Ed25519Field e = b - a, f = d - c, g = d + c, h = b + a;
        return new Ed25519Point(e * f, g * h, f * g, e * h);
    }

    private static Ed25519Point Select(in Ed25519Point p, in Ed25519Point q, ulong mask) => new(
        Ed25519Field.Select(p._x, q._x, mask), Ed25519Field.Select(p._y, q._y, mask),
        Ed25519Field.Select(p._z, q._z, mask), Ed25519Field.Select(p._t, q._t, mask));
}

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
