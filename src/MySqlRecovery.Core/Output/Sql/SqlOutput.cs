using System.Runtime.CompilerServices;
using MySqlRecovery.IO;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Sql;

/// <summary>Where statements go, one at a time.</summary>
internal abstract class SqlOutput : IDisposable
{
    /// <summary>
    /// Takes pieces of a large statement, whose last one <see cref="Statement"/> takes; null where statements are wanted whole.
    /// </summary>
    public virtual TextSink? Pieces => null;

    /// <summary>Takes a whole statement with its semicolon.</summary>
    public abstract void Statement(ReadOnlySpan<byte> sql);

    /// <summary>Takes a line of comment, for people.</summary>
    public abstract void Comment(string text);

    /// <summary>Takes a line of comment that <see cref="ReplaceVerdict"/> may still replace by one that is no longer.</summary>
    public virtual void Verdict(string text) => Comment(text);

    /// <summary>Puts another text in the verdict's place.</summary>
    public virtual void ReplaceVerdict(string text)
    {
    }

    /// <summary>Everything has been written.</summary>
    public virtual void Complete()
    {
    }

    public virtual void Dispose()
    {
    }
}

/// <summary>Writes statements to a UTF-8 file without byte order mark, one a line, that appears when it is complete.</summary>
internal sealed class SqlFileOutput : SqlOutput
{
    private const int FlushLength = 1 << 20;
    private readonly PendingFile _file;
    private readonly SqlText _text = new();
    private long _written;
    private long _verdictOffset;
    private int _verdictLength;

    public SqlFileOutput(string path, bool overwrite, IEnumerable<string> sources)
    {
        _file = PendingFile.Create(path, overwrite, sources);
        _text.Sink = Write;
    }

    public override TextSink? Pieces => _text.Pieces;

    [MethodImpl(Jit.Hot)]
    public override void Statement(ReadOnlySpan<byte> sql)
    {
        _text.Statement(sql);
        if (_text.Length >= FlushLength)
            Flush();
    }

    public override void Comment(string text) => _text.Comment(text);

    public override void Verdict(string text)
    {
        _verdictOffset = _written + _text.Length;
        _verdictLength = text.Length;
        Comment(text);
    }

    public override void ReplaceVerdict(string text)
    {
        Flush();
        _file.Write(_verdictOffset, System.Text.Encoding.ASCII.GetBytes($"-- {text.PadRight(_verdictLength)}"));
    }

    /// <summary>Takes text that was made elsewhere.</summary>
    public void Append(ReadOnlySpan<byte> lines)
    {
        Flush();
        Write(lines);
    }

    public override void Complete()
    {
        Flush();
        _file.Commit();
    }

    public override void Dispose()
    {
        _file.Dispose();
        _text.Dispose();
        base.Dispose();
    }

    private void Flush()
    {
        Write(_text.Written);
        _text.Clear();
    }

    private void Write(ReadOnlySpan<byte> text)
    {
        _file.Write(_written, text);
        _written += text.Length;
    }
}
