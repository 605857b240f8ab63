using System.Runtime.CompilerServices;
using MySqlRecovery.IO;

namespace MySqlRecovery.Changes;

/// <summary>Keeps blocks of bytes: in memory up to a bound, in a temporary file beyond it.</summary>
/// <param name="maximumMemory">The bound in bytes.</param>
internal sealed class SpillingStore(long maximumMemory) : IDisposable
{
    private const int ChunkLength = 256 << 10;
    private readonly List<byte[]> _chunks = [];
    private int _used = ChunkLength;
    private SpoolFile? _spool;

    /// <summary>Stores a block of at most 64 KiB and gives where it is.</summary>
    [MethodImpl(Jit.Hot)]
    public long Add(ReadOnlySpan<byte> block)
    {
        if (_used + block.Length > ChunkLength)
        {
            if ((_chunks.Count + 1L) * ChunkLength > maximumMemory)
            {
                _spool ??= SpoolFile.Create();
                long at = _spool.Length;
                _spool.Append(block);
                return ~at;
            }

            _chunks.Add(new byte[ChunkLength]);
            _used = 0;
        }

        block.CopyTo(_chunks[^1].AsSpan(_used));
        _used += block.Length;
        return ((long)(_chunks.Count - 1) * ChunkLength) + _used - block.Length;
    }

    /// <summary>Fetches a block.</summary>
    [MethodImpl(Jit.Hot)]
    public void Read(long place, Span<byte> block)
    {
        if (place < 0)
            _spool!.Read(~place, block);
        else
            _chunks[(int)(place / ChunkLength)].AsSpan((int)(place % ChunkLength), block.Length).CopyTo(block);
    }

    public void Dispose() => _spool?.Dispose();
}
