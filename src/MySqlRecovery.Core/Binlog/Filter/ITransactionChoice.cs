using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Filter;

/// <summary>Chooses transactions, or parts of them. Threads may ask together.</summary>
internal interface ITransactionChoice
{
    /// <summary>Whether an event is let through.</summary>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="table">Its table; null for a statement, which may concern any.</param>
    /// <param name="operation">What it did to rows; null for an event without rows.</param>
    /// <param name="statement">The statement of its rows; null where it was not logged.</param>
    bool IsMatch(in ChosenTransaction transaction, TableName? table, RowOperation? operation, string? statement);
}

/// <summary>What a choice asks of a transaction.</summary>
/// <param name="Server">The server that its log is read from; null for a file.</param>
/// <param name="LogFile">Its log.</param>
/// <param name="Position">Offset of its first event.</param>
/// <param name="ThreadId">Its session; null where the log does not say.</param>
/// <param name="ServerId">Who wrote it first.</param>
/// <param name="Time">Time of its first event.</param>
internal readonly record struct ChosenTransaction(
    string? Server, string LogFile, long Position, uint? ThreadId, uint ServerId, DateTime Time);
