using System.Runtime.CompilerServices;

namespace MySqlRecovery.IO.Zstd;

/// <summary>The last three offsets of a frame, which sequences can refer to (RFC 8878, section 3.1.1.5).</summary>
internal struct RecentOffsets()
{
    private uint _first = 1;
    private uint _second = 4;
    private uint _third = 8;

    /// <summary>The offset that an offset value means; values 1 to 3 are recent offsets, others lie 3 above the offset itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Resolve(uint value, uint literalLength)
    {
        uint offset;
        if (value > 3)
        {
            offset = value - 3;
            _third = _second;
            _second = _first;
            _first = offset;
            return offset;
        }

        // Right behind a match, the last offset would only have made that match longer: the values mean the next ones.
        uint rank = literalLength == 0 ? value + 1 : value;
        if (rank == 1)
            return _first;
        offset = rank switch { 2 => _second, 3 => _third, _ => _first - 1 };
        if (rank > 2)
            _third = _second;
        _second = _first;
        _first = offset;
        return offset;
    }
}
