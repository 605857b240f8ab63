using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace MySqlRecovery.IO;

/// <summary>xxHash64 with seed 0 over bytes that come in pieces: its low half is the content checksum of zstd frames.</summary>
internal struct XxHash64
{
    private const int StripeLength = 32;
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;

    private readonly byte[] _stripe = new byte[StripeLength];
    private ulong _lane1;
    private ulong _lane2;
    private ulong _lane3;
    private ulong _lane4;
    private ulong _length;

    public XxHash64() => Reset();

    /// <summary>Starts anew.</summary>
    public void Reset()
    {
        _lane1 = unchecked(Prime1 + Prime2);
        _lane2 = Prime2;
        _lane3 = 0;
        _lane4 = unchecked(0 - Prime1);
        _length = 0;
    }

    [MethodImpl(Jit.Hot)]
    public void Append(ReadOnlySpan<byte> data)
    {
        int pending = (int)(_length % StripeLength);
        _length += (ulong)data.Length;
        if (pending > 0)
        {
            int filled = Math.Min(StripeLength - pending, data.Length);
            data[..filled].CopyTo(_stripe.AsSpan(pending));
            if (pending + filled < StripeLength)
                return;
            AppendStripes(_stripe);
            data = data[filled..];
        }

        int whole = data.Length - data.Length % StripeLength;
        AppendStripes(data[..whole]);
        data[whole..].CopyTo(_stripe);
    }

    /// <summary>The hash of everything appended so far.</summary>
    public readonly ulong Digest()
    {
        ulong hash = Prime5;
        if (_length >= StripeLength)
        {
            hash = BitOperations.RotateLeft(_lane1, 1) + BitOperations.RotateLeft(_lane2, 7)
                + BitOperations.RotateLeft(_lane3, 12) + BitOperations.RotateLeft(_lane4, 18);
            hash = Merge(Merge(Merge(Merge(hash, _lane1), _lane2), _lane3), _lane4);
        }

        hash += _length;
        ReadOnlySpan<byte> rest = _stripe.AsSpan(0, (int)(_length % StripeLength));
        for (; rest.Length >= 8; rest = rest[8..])
            hash = BitOperations.RotateLeft(hash ^ Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest)), 27) * Prime1 + Prime4;
        if (rest.Length >= 4)
        {
            hash = BitOperations.RotateLeft(hash ^ BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime1, 23) * Prime2 + Prime3;
            rest = rest[4..];
        }

        foreach (byte b in rest)
            hash = BitOperations.RotateLeft(hash ^ b * Prime5, 11) * Prime1;

        hash = (hash ^ hash >> 33) * Prime2;
        hash = (hash ^ hash >> 29) * Prime3;
        return hash ^ hash >> 32;
    }

    private static ulong Round(ulong lane, ulong input) => BitOperations.RotateLeft(lane + input * Prime2, 31) * Prime1;

    private static ulong Merge(ulong hash, ulong lane) => (hash ^ Round(0, lane)) * Prime1 + Prime4;

    private void AppendStripes(ReadOnlySpan<byte> data)
    {
        ulong lane1 = _lane1, lane2 = _lane2, lane3 = _lane3, lane4 = _lane4;
        for (; data.Length >= StripeLength; data = data[StripeLength..])
        {
            lane1 = Round(lane1, BinaryPrimitives.ReadUInt64LittleEndian(data));
            lane2 = Round(lane2, BinaryPrimitives.ReadUInt64LittleEndian(data[8..]));
            lane3 = Round(lane3, BinaryPrimitives.ReadUInt64LittleEndian(data[16..]));
            lane4 = Round(lane4, BinaryPrimitives.ReadUInt64LittleEndian(data[24..]));
        }

        (_lane1, _lane2, _lane3, _lane4) = (lane1, lane2, lane3, lane4);
    }
}
