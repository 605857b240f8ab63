using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Reading;

/// <summary>
/// Reads a log ahead on another thread, in blocks that start with an event, and checks the checksums of the events in
/// them there. What is wrong or unusual it leaves to the reader: it ends before the first event that it cannot vouch for.
/// </summary>
internal sealed class CheckedBlocks : IDisposable
{
    /// <summary>Bytes of a block; small enough that what one processor has read is still in the cache for the other.</summary>
    public const int BlockLength = 1 << 20;
    private const int BlocksAhead = 2;

    private readonly ByteSource _source;
    private readonly bool _hasChecksums;
    private readonly Queue<Block> _ready = new();
    private readonly Stack<byte[]> _free = new();
    private readonly Thread _thread;
    private bool _isOver;
    private bool _isStopped;

    /// <param name="source">The log; its reads must be safe from any thread.</param>
    /// <param name="position">Offset of an event.</param>
    /// <param name="hasChecksums">Whether events end with a CRC-32.</param>
    public CheckedBlocks(ByteSource source, long position, bool hasChecksums)
    {
        _source = source;
        _hasChecksums = hasChecksums;
        _thread = new Thread(() => Run(position)) { IsBackground = true, Name = nameof(CheckedBlocks) };
        _thread.Start();
    }

    /// <summary>The next block, which is the caller's from now on; false at the end.</summary>
    public bool TryTake([NotNullWhen(true)] out Block? block)
    {
        lock (_ready)
        {
            while (_ready.Count == 0 && !_isOver)
                Monitor.Wait(_ready);
            if (!_ready.TryDequeue(out block))
                return false;
            Monitor.Pulse(_ready);
            return true;
        }
    }

    /// <summary>Takes the buffer of a block back.</summary>
    public void Return(byte[] buffer)
    {
        if (buffer.Length > BlockLength)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return;
        }

        lock (_ready)
            _free.Push(buffer);
    }

    public void Dispose()
    {
        lock (_ready)
        {
            _isStopped = true;
            Monitor.Pulse(_ready);
        }

        _thread.Join();
        foreach (byte[] buffer in _ready.Select(b => b.Buffer).Concat(_free))
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Run(long position)
    {
        try
        {
            ReadAll(position);
        }
        catch (Exception)
        {
            // Whatever it is, the reader reads here again, and meets it on its own thread.
        }
        finally
        {
            lock (_ready)
            {
                _isOver = true;
                Monitor.Pulse(_ready);
            }
        }
    }

    private void ReadAll(long position)
    {
        byte[] buffer = Rent();
        int kept = 0;
        while (true)
        {
            int length = kept + _source.Read(position + kept, buffer.AsSpan(kept, BlockLength - kept));
            int whole = CheckEvents(buffer.AsSpan(0, length), out bool isSound);
            byte[] next = Rent();
            kept = length - whole;
            buffer.AsSpan(whole, kept).CopyTo(next);
            if (length == 0 || !Add(new Block(buffer, position, length, position + whole)) || !isSound || length < BlockLength
                || whole == 0)
            {
                Return(next);
                return;
            }

            position += whole;
            buffer = next;
        }
    }

    /// <summary>Length of the whole events that are as they should be.</summary>
    [MethodImpl(Jit.Hot)]
    private int CheckEvents(ReadOnlySpan<byte> block, out bool isSound)
    {
        int at = 0;
        isSound = true;
        while (block.Length - at >= EventHeader.Size)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(block[(at + EventHeader.LengthOffset)..]);
            // A format description has rules of its own.
            isSound = length >= EventHeader.Size + 4
                && (BinlogEventType)block[at + EventHeader.TypeOffset] != BinlogEventType.FormatDescription;
            if (!isSound || length > block.Length - at)
                break;
            if (_hasChecksums && !Crc32.EndsWithChecksum(block.Slice(at, (int)length)))
            {
                isSound = false;
                break;
            }

            at += (int)length;
        }

        return at;
    }

    private bool Add(Block block)
    {
        lock (_ready)
        {
            while (_ready.Count == BlocksAhead && !_isStopped)
                Monitor.Wait(_ready);
            _ready.Enqueue(block);
            Monitor.Pulse(_ready);
            return !_isStopped;
        }
    }

    private byte[] Rent()
    {
        lock (_ready)
        {
            if (_free.TryPop(out byte[]? buffer))
                return buffer;
        }

        return ArrayPool<byte>.Shared.Rent(BlockLength);
    }

    /// <summary>A piece of the log that starts with an event.</summary>
    /// <param name="Buffer">Its bytes.</param>
    /// <param name="Position">Where it starts in the log.</param>
    /// <param name="Length">How many bytes there are.</param>
    /// <param name="CheckedEnd">Offset in the log up to which whole events with right checksums go.</param>
    internal sealed record Block(byte[] Buffer, long Position, int Length, long CheckedEnd);
}
