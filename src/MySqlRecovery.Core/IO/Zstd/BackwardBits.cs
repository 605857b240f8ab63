using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace MySqlRecovery.IO.Zstd;

/// <summary>
/// Reads a zstd bitstream from its end (RFC 8878, section 4.1: the highest set bit of the last byte ends the stream and
/// is no data). The eight bytes before the stream must be readable: a damaged stream is read a little beyond its start
/// before that is noticed, by <see cref="Refill"/> or <see cref="IsAtStart"/>, which ends every decoding.
/// </summary>
internal unsafe ref struct BackwardBits
{
    /// <summary>How many bits can be taken after one <see cref="Refill"/>.</summary>
    public const int BitsPerRefill = 57;

    private readonly byte* _start;
    private byte* _at;
    private ulong _bits;
    private int _consumed;

    public BackwardBits(byte* start, int length)
    {
        if (length < 1 || start[length - 1] == 0)
            ThrowNoEnd();
        _start = start;
        _at = start + length - sizeof(ulong);
        _bits = Unsafe.ReadUnaligned<ulong>(_at);
        _consumed = BitOperations.LeadingZeroCount(_bits) + 1;
    }

    /// <summary>Goes on in a stream of which <paramref name="consumed"/> bits, counted from <paramref name="at"/> + 8 down, are read.</summary>
    public BackwardBits(byte* start, byte* at, int consumed)
    {
        _start = start;
        _at = at;
        _consumed = consumed;
        Refill();
    }

    /// <summary>Bits left; negative after reading too far.</summary>
    public readonly long Remaining => (_at - _start + sizeof(ulong)) * 8 - _consumed;

    /// <summary>True if exactly all bits are read.</summary>
    public readonly bool IsAtStart => Remaining == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refill()
    {
        _at -= _consumed >> 3;
        _consumed &= 7;
        if (_at < _start - sizeof(ulong))
            ThrowTooShort();
        _bits = Unsafe.ReadUnaligned<ulong>(_at);
    }

    /// <summary>The next bits, 0 to 31 of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Take(int count)
    {
        _consumed += count;
        return (uint)(_bits >> -_consumed) & ((1u << count) - 1);
    }

    /// <summary>The next bits, left in place; <paramref name="shift"/> is 64 less their number, which is not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Peek(int shift) => (int)(_bits << _consumed >> shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int count) => _consumed += count;

    [DoesNotReturn]
    private static void ThrowNoEnd() => throw new InvalidDataException("a zstd bitstream has no end mark");

    [DoesNotReturn]
    private static void ThrowTooShort() => throw new InvalidDataException("a zstd bitstream is too short for what it should hold");
}
