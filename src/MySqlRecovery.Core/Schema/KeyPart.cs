namespace MySqlRecovery.Schema;

/// <summary>A part of a key: a column, the beginning of one, or an expression.</summary>
/// <param name="Column">The column; null for an expression.</param>
/// <param name="PrefixLength">How many characters (bytes of a binary type) count; null: all.</param>
/// <param name="Expression">The text of a functional key part with its parentheses; null for a column.</param>
internal sealed record KeyPart(string? Column, uint? PrefixLength = null, string? Expression = null);
