namespace MySqlRecovery.Consistency.Data;

/// <summary>What two servers must agree in about a part of a table.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Sum">The sum of the rows' hashes. A sum, because equal changes of two rows cancel out in an XOR.</param>
internal readonly record struct ChunkSum(long Rows, string Sum);
