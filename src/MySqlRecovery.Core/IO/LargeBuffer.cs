using System.Runtime.InteropServices;

namespace MySqlRecovery.IO;

/// <summary>
/// Memory that goes back to the system as soon as it is not needed: an array of a gigabyte would stay with the collector or in the
/// pool while the next one is made.
/// </summary>
internal sealed unsafe class LargeBuffer : IDisposable
{
    /// <summary>What is longer than this is worth it.</summary>
    public const int Threshold = 32 << 20;

    private byte* _bytes;
    private int _length;

    /// <param name="length">Bytes.</param>
    /// <param name="isZeroed">Whether all bytes are 0 at first; of a long one the system then gives only what is written to.</param>
    public LargeBuffer(int length, bool isZeroed = false)
    {
        _bytes = (byte*)(isZeroed ? NativeMemory.AllocZeroed((nuint)length) : NativeMemory.Alloc((nuint)length));
        _length = length;
    }

    ~LargeBuffer() => Free();

    /// <summary>The bytes; none after it is disposed of.</summary>
    public Span<byte> Span => new(_bytes, _length);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(_bytes);
        _bytes = null;
        _length = 0;
    }
}
