using System.Runtime.CompilerServices;
using MySqlRecovery.IO;

namespace MySqlRecovery.Output.Sql;

/// <summary>Where statements go, one at a time.</summary>
internal abstract class SqlOutput : IDisposable
{
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
internal sealed class SqlFileOutput(string path, bool overwrite, IEnumerable<string> sources) : SqlOutput
{
    private const int FlushLength = 1 << 20;
    private readonly PendingFile _file = PendingFile.Create(path, overwrite, sources);
    private readonly SqlText _text = new();
    private long _written;
    private long _verdictOffset;
    private int _verdictLength;

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

    /// <summary>Takes lines that were made elsewhere.</summary>
    public void Append(SqlText lines)
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
        Write(_text);
        _text.Clear();
    }

    private void Write(SqlText text)
    {
        _file.Write(_written, text.Written);
        _written += text.Length;
    }
}
