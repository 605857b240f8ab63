using System.Runtime.CompilerServices;

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
