namespace MySqlRecovery.Text;

/// <summary>One token: where it lies in the text; what it says is decoded on demand.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Start">Index of its first character.</param>
/// <param name="End">Index after its last character.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, int Start, int End);
