namespace MySqlRecovery.Consistency.Schema;

/// <summary>A part of a key.</summary>
/// <param name="Column">The column; null for an expression.</param>
/// <param name="PrefixLength">The leading characters or bytes that count; null for all.</param>
/// <param name="Expression">The expression of a functional part, or null.</param>
internal sealed record LiveKeyPart(string? Column, string? PrefixLength, string? Expression)
{
    public override string ToString() => Column == null ? $"({Expression})" : PrefixLength == null ? Column : $"{Column}({PrefixLength})";
}
