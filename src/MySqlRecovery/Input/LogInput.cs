using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;

namespace MySqlRecovery.Input;

/// <summary>What one scan reads: the files given, or a server's logs.</summary>
/// <param name="FileCount">How many logs there are; null where only the server knows.</param>
/// <param name="Ranges">The logs in their order; true reads them as a whole, although a part is chosen.</param>
/// <param name="OpenSchema">What is known of the tables from elsewhere, as it is before the first event; null: nothing.</param>
internal sealed record LogInput(int? FileCount, Func<bool, IEnumerable<LogRange>> Ranges, Func<ITableSchemaSource?> OpenSchema);
