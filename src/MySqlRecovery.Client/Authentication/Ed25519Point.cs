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
