using MySqlRecovery.IO;

namespace MySqlRecovery.Sql;

/// <summary>Writes statements to a UTF-8 file without byte order mark, one a line, that appears when it is complete.</summary>
internal sealed class SqlFileOutput(string path, bool overwrite) : SqlOutput
{
    private const int FlushLength = 1 << 20;
    private readonly PendingFile _file = PendingFile.Create(path, overwrite);
    private readonly Utf8Buffer _buffer = new();
    private long _written;
    private long _verdictOffset;
    private int _verdictLength;

    public override void Statement(ReadOnlySpan<byte> sql)
    {
        _buffer.Append(sql);
        _buffer.Append((byte)'\n');
        if (_buffer.Length >= FlushLength)
            Flush();
    }

    public override void Comment(string text)
    {
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
            _buffer.Append($"-- {line}\n");
    }

    public override void Verdict(string text)
    {
        _verdictOffset = _written + _buffer.Length;
        _verdictLength = text.Length;
        Comment(text);
    }

    public override void ReplaceVerdict(string text)
    {
        Flush();
        _file.Write(_verdictOffset, System.Text.Encoding.ASCII.GetBytes($"-- {text.PadRight(_verdictLength)}"));
    }

    public override void Complete()
    {
        Flush();
        _file.Commit();
    }

    public override void Dispose()
    {
        _file.Dispose();
        _buffer.Dispose();
    }

    private void Flush()
    {
        _file.Write(_written, _buffer.Written);
        _written += _buffer.Length;
        _buffer.Clear();
    }
}
