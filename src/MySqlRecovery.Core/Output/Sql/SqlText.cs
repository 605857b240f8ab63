using System.Runtime.CompilerServices;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Sql;

/// <summary>Statements as UTF-8 text, one a line.</summary>
internal sealed class SqlText : SqlOutput
{
    private readonly TextBuffer _buffer = new();

    public int Length => _buffer.Length;

    public ReadOnlySpan<byte> Written => _buffer.Written;

    /// <summary>Takes the text from its start where a statement is too large to be kept here; null keeps all.</summary>
    public TextSink? Sink
    {
        get => _buffer.Sink;
        set => _buffer.Sink = value;
    }

    public override TextSink? Pieces => _buffer.Sink == null ? null : _buffer.Append;

    [MethodImpl(Jit.Hot)]
    public override void Statement(ReadOnlySpan<byte> sql)
    {
        _buffer.Append(sql);
        _buffer.Append((byte)'\n');
    }

    public override void Comment(string text)
    {
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
            _buffer.Append($"-- {line}\n");
    }

    public void Clear() => _buffer.Clear();

    public override void Dispose()
    {
        _buffer.Dispose();
        base.Dispose();
    }
}
