namespace MySqlRecovery.IO;

/// <summary>Bytes that can be read at any offset: what the readers of binlogs and tablespaces stand on.</summary>
internal abstract class ByteSource(string path) : IDisposable
{
    /// <summary>What errors call this source.</summary>
    public string Path { get; } = path;

    /// <summary>Length in bytes now; a log that a server still writes grows.</summary>
    public abstract long Length { get; }

    /// <summary>Fills as much of <paramref name="destination"/> as there is; fewer bytes mean the end was reached.</summary>
    public abstract int Read(long offset, Span<byte> destination);

    /// <summary>Whether reads may come from several threads at once, ahead of what is wanted.</summary>
    public virtual bool CanReadAhead => true;

    /// <summary>Where the bytes go on that should be at an offset: further on behind a hole, as in a log that a server sends in part.</summary>
    public virtual long SkipHole(long offset) => offset;

    public abstract void Dispose();
}
