using MySqlRecovery.Binlog;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Transactions;

namespace MySqlRecovery.Undo;

/// <summary>Reads an undo binlog back: every checksum, position, transaction length and row is looked at.</summary>
internal static class UndoVerifier
{
    public static void Verify(string path, long transactions, long rows, CancellationToken stop)
    {
        using var scan = new EventScan([LogRange.Whole(path)], EventFilter.All, null, stop);
        long foundTransactions = 0, foundRows = 0, transactionEnd = 0;
        try
        {
            while (scan.Read())
            {
                EventReader reader = scan.Reader;
                BinlogEventType type = reader.Header.Type;
                Expect(reader.Header.LogPos == (uint)reader.EndPosition, reader, "the end position");
                if (GtidEvent.IsGtid(type) && GtidEvent.Parse(reader.Header, reader.Body).TransactionLength is > 0 and var length)
                    transactionEnd = reader.Position + (long)length;
                if (type.Operation() != null)
                    foundRows += RowsReverser.Measure(scan.ParseRows(), scan.Table!, null).Rows;
                if (type != BinlogEventType.Xid)
                    continue;
                foundTransactions++;
                Expect(transactionEnd == 0 || transactionEnd == reader.EndPosition, reader, "the transaction length");
                transactionEnd = 0;
            }
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw scan.Malformed(e);
        }

        if (foundTransactions != transactions || foundRows != rows)
            throw new RecoveryException(
                "UndoNotVerified", RecoveryErrorKind.WriteError,
                $"the undo holds {foundRows} rows in {foundTransactions} transactions when read back, not {rows} in {transactions}", path);
    }

    private static void Expect(bool condition, EventReader reader, string what)
    {
        if (!condition)
            throw new RecoveryException(
                "UndoNotVerified", RecoveryErrorKind.WriteError, $"{what} is not what was meant to be written", reader.Path, reader.Position);
    }
}
