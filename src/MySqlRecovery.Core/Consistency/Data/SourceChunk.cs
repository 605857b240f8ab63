using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Data;

/// <summary>A part of a table as the source has it.</summary>
/// <param name="Table">The table.</param>
/// <param name="Range">The part.</param>
/// <param name="Sum">What the source says.</param>
/// <param name="Error">Why the table cannot be read; then there are no more parts of it.</param>
internal sealed record SourceChunk(ComparedTable Table, KeyRange Range, ChunkSum Sum, RecoveryException? Error = null);
