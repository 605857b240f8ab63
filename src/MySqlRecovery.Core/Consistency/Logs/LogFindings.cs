using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>Makes findings of what was found in logs.</summary>
internal sealed class LogFindings(string replicaName, RelayLogs relay)
{
    // Statements that change no data, but which servers log.
    private static readonly string[] Harmless = ["FLUSH", "ANALYZE", "OPTIMIZE", "REPAIR", "CHECK"];

    public ConsistencyFinding OfLost(LostTransaction lost)
    {
        LoggedTransaction transaction = lost.Transaction;
        ConsistencyFinding finding = Of(lost.Type, transaction);
        if (lost.Part is { } part)
            (finding.Database, finding.Table) = (part.Database, part.Table);
        finding.Confidence = lost.Confidence;
        finding.Severity = lost.Type == FindingType.TransactionFiltered || transaction.IsEmpty
            ? FindingSeverity.Warning : FindingSeverity.Error;
        finding.Evidence =
        [
            $"The source's {transaction.LogFile} holds it at {transaction.Position}, of {transaction.Time:yyyy-MM-dd HH:mm:ss} "
                + $"UTC{Session(transaction)}: {transaction.Describe()}.",
            .. lost.Evidence,
            .. lost.Skip?.Evidence ?? [],
            .. relay.Describe(transaction) is { } where ? [where] : Array.Empty<string>(),
        ];
        finding.Recommendation = lost.Type == FindingType.TransactionFiltered
            ? "If the replica is to have these rows, take the filter away and copy the tables anew."
            : "Pipe this finding into Get-RowChange -LogPath <the source's binlogs> | Export-RowChangeSql for the statements that the "
                + "replica lacks; test the rows first: later changes may rest on them.";
        return finding;
    }

    public ConsistencyFinding OfErrant(LoggedTransaction transaction, FindingConfidence confidence, uint replicaId)
    {
        ConsistencyFinding finding = Of(FindingType.TransactionErrant, transaction);
        bool isHarmless = transaction.IsEmpty || (transaction.Tables.Length == 0
            && Array.Exists(Harmless, h => transaction.Statement!.StartsWith(h, StringComparison.OrdinalIgnoreCase)));
        finding.Confidence = confidence;
        finding.Severity = isHarmless ? FindingSeverity.Warning : FindingSeverity.Error;
        string writer = transaction.ServerId == replicaId ? "the replica itself" : $"server {transaction.ServerId}";
        finding.Evidence =
        [
            $"The replica's {transaction.LogFile} holds it at {transaction.Position}, of {transaction.Time:yyyy-MM-dd HH:mm:ss} "
                + $"UTC{Session(transaction)}: {transaction.Describe()}.",
            $"It was written by {writer}, and the source's logs do not hold it.",
        ];
        finding.Recommendation = "Bring it to the source or undo it on the replica (Invoke-BinlogReverse, Export-RowChangeSql -Reverse), "
            + "and set super_read_only (MariaDB: read_only) there.";
        return finding;
    }

    /// <summary>A range that the skip counter passed over, where no log says what was in it.</summary>
    public ConsistencyFinding OfRange(SkippedRange range) => new()
    {
        Type = FindingType.TransactionSkipped,
        Severity = FindingSeverity.Error,
        Confidence = FindingConfidence.Proven,
        Server = replicaName,
        Gtid = range.Gtids?.Last.ToString(),
        LogFile = range.To.File,
        Position = range.From.File == range.To.File ? range.From.Position : Binlog.Reading.FileEventReader.FirstPosition,
        EndPosition = range.To.Position,
        Evidence = range.Evidence,
        Recommendation = "Pipe this finding into Get-RowChange -LogPath <the source's binlogs> for the rows that were lost.",
    };

    private ConsistencyFinding Of(FindingType type, LoggedTransaction transaction)
    {
        TableContent? table = transaction.Tables.Length == 1 ? transaction.Tables[0] : null;
        string[] databases = [.. transaction.Tables.Select(t => t.Database).Distinct()];
        return new ConsistencyFinding
        {
            Type = type,
            Server = replicaName,
            Database = databases.Length == 1 ? databases[0] : databases.Length == 0 ? transaction.StatementDatabase : null,
            Table = table?.Table,
            Gtid = transaction.Gtid?.ToString(),
            LogFile = transaction.LogFile,
            Position = transaction.Position,
            EndPosition = transaction.EndPosition,
        };
    }

    private static string Session(LoggedTransaction transaction) => transaction.ThreadId is { } thread ? $", session {thread}" : "";
}
