namespace MySqlRecovery.Consistency.Data;

/// <summary>A part of a table as the source has it. The part is known before its sum is, so that both servers can read it at the same time.</summary>
/// <param name="Table">The table.</param>
/// <param name="Range">The part.</param>
/// <param name="Sum">What the source says; as an exception, why it does not, and then there are no more parts of the table.</param>
internal sealed record SourceChunk(ComparedTable Table, KeyRange Range, Task<ChunkSum> Sum);
