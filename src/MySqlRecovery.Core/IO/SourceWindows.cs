using System.Buffers;
using System.Runtime.CompilerServices;
using MySqlRecovery.Model;

namespace MySqlRecovery.IO;

/// <summary>
/// Windows on several sources that are read one after the other, or two of them in turn: no more than two are kept, so
/// that memory does not grow with the number of logs.
/// </summary>
internal sealed class SourceWindows(IReadOnlyList<ByteSource> sources, bool backwards) : IDisposable
{
    private (int Source, WindowReader? Window) _last = (-1, null);
    private (int Source, WindowReader? Window) _other = (-1, null);

    /// <summary>A piece of a source; good until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Read(int source, long offset, int length)
    {
        if (_last.Source != source)
            Turn(source);
        return _last.Window!.Read(offset, length);
    }

    /// <summary>Gives back what a large piece took.</summary>
    public void Release() => _last.Window?.Release();

    public void Dispose()
    {
        _last.Window?.Dispose();
        _other.Window?.Dispose();
    }

    private void Turn(int source)
    {
        (_last, _other) = (_other, _last);
        if (_last.Source == source)
            return;
        _last.Window?.Dispose();
        _last = (source, new WindowReader(sources[source], backwards));
    }
}

/// <summary>Reads pieces of a source in one direction through a window, so that each byte is read once.</summary>
internal sealed class WindowReader(ByteSource source, bool backwards) : IDisposable
{
    /// <summary>Bytes that are read at a time.</summary>
    public const int WindowLength = 1 << 20;
    private byte[] _window = ArrayPool<byte>.Shared.Rent(WindowLength);
    private LargeBuffer? _large;
    private long _start;
    private int _length;

    /// <summary>The piece; good until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Read(long offset, int length)
    {
        if (offset < _start || offset + length > _start + _length)
            Load(offset, length);
        return _large == null ? _window.AsSpan((int)(offset - _start), length) : _large.Span.Slice((int)(offset - _start), length);
    }

    /// <summary>Gives back what a large piece took.</summary>
    public void Release()
    {
        if (_large == null)
            return;
        _large.Dispose();
        (_large, _length) = (null, 0);
    }

    public void Dispose()
    {
        Release();
        byte[] window = Interlocked.Exchange(ref _window, []);
        if (window.Length > 0)
            ArrayPool<byte>.Shared.Return(window);
    }

    private void Load(long offset, int length)
    {
        Release();
        long end = offset + length;
        if (length > LargeBuffer.Threshold)
        {
            _large = new LargeBuffer(length);
            _start = offset;
            _length = source.Read(offset, _large.Span);
        }
        else
        {
            if (_window.Length < length)
            {
                ArrayPool<byte>.Shared.Return(_window);
                _window = ArrayPool<byte>.Shared.Rent(length);
            }

            _start = backwards ? Math.Max(0, end - _window.Length) : offset;
            _length = source.Read(_start, backwards ? _window.AsSpan(0, (int)(end - _start)) : _window);
        }

        if (_start + _length < end)
            throw new RecoveryException(
                "FileChanged", RecoveryErrorKind.ReadError, "the file became shorter while it was read", source.Path, _start + _length);
    }
}
