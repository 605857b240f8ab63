
namespace MySqlRecovery.Sql;

/// <summary>Where statements go, one at a time.</summary>
internal abstract class SqlOutput : IDisposable
{
    /// <summary>Takes a whole statement with its semicolon.</summary>
    public abstract void Statement(ReadOnlySpan<byte> sql);

    /// <summary>Takes a line of comment, for people.</summary>
    public abstract void Comment(string text);

    /// <summary>Everything has been written.</summary>
    public abstract void Complete();

    public abstract void Dispose();
}
