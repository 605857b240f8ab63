using MySqlRecovery.Sql;

namespace MySqlRecovery.Bench.Fuzz;

/// <summary>Takes SQL to nowhere.</summary>
internal sealed class NoOutput : SqlOutput
{
    public override void Statement(ReadOnlySpan<byte> sql)
    {
    }

    public override void Comment(string text)
    {
    }

    public override void Complete()
    {
    }

    public override void Dispose()
    {
    }
}
