using System.Text;
using MySqlRecovery.Output.Sql;

namespace MySqlRecovery.Commands;

/// <summary>Keeps statements until the pipeline takes them; comments are for files only.</summary>
internal sealed class SqlStringOutput : SqlOutput
{
    private readonly List<string> _statements = [];

    public bool IsEmpty => _statements.Count == 0;

    public override void Statement(ReadOnlySpan<byte> sql) => _statements.Add(Encoding.UTF8.GetString(sql));

    public override void Comment(string text)
    {
    }

    /// <summary>What has been written since the last call.</summary>
    public string[] Take()
    {
        string[] taken = [.. _statements];
        _statements.Clear();
        return taken;
    }
}
