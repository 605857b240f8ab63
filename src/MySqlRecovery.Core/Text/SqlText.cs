using System.Runtime.CompilerServices;
using System.Text;
using MySqlRecovery.Output.Sql;

namespace MySqlRecovery.Text;

/// <summary>Statements as UTF-8 text, one a line.</summary>
internal sealed class SqlText : SqlOutput
{
    private readonly TextBuffer _buffer = new();

    public int Length => _buffer.Length;

    public ReadOnlySpan<byte> Written => _buffer.Written;

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

    public override void Dispose() => _buffer.Dispose();
}

/// <summary>Names in backquotes, which every sql_mode takes.</summary>
internal static class SqlIdentifier
{
    public static byte[] Quote(string name) => Encoding.UTF8.GetBytes($"`{name.Replace("`", "``", StringComparison.Ordinal)}`");

    public static byte[] Quote(string database, string table) => [.. Quote(database), (byte)'.', .. Quote(table)];
}
