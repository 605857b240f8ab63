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
