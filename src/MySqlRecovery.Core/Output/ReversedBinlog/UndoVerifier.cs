using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Output.ReversedBinlog;

/// <summary>Reads an undo binlog back while it is being written: every checksum, position, transaction length and row is looked
/// at.</summary>
internal sealed class UndoVerifier : IDisposable
{
    private readonly GrowingSource _source;
    private readonly Task<Found> _check;

    /// <param name="path">The file.</param>
    /// <param name="stop">Cancels.</param>
    public UndoVerifier(string path, CancellationToken stop)
    {
        _source = new GrowingSource(FileSource.Open(path));
        _check = Task.Factory.StartNew(() => Check(_source, stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>So many bytes have been written.</summary>
    public void Grow(long length) => _source.Grow(length);

    /// <summary>Everything has been written: waits for the end of the check, and fails where it did.</summary>
    public void Complete(long transactions, long rows)
    {
        _source.Complete();
        Found found = _check.GetAwaiter().GetResult();
        if (found != new Found(transactions, rows))
            throw new RecoveryException(
                "UndoNotVerified", RecoveryErrorKind.WriteError,
                $"the undo holds {found.Rows} rows in {found.Transactions} transactions when read back, not {rows} in {transactions}",
                _source.Path);
    }

    public void Dispose()
    {
        // Where the writing failed, that is the error, and what the check met on the way is none.
        _source.Abandon();
        ((IAsyncResult)_check).AsyncWaitHandle.WaitOne();
        _source.Dispose();
    }

    [MethodImpl(Jit.Hot)]
    private static Found Check(GrowingSource source, CancellationToken stop)
    {
        using var reader = new FileEventReader(source, stop: stop);
        var maps = new TableMapCache(schema: null);
        long transactions = 0, rows = 0, transactionEnd = 0;
        try
        {
            while (reader.Read())
            {
                stop.ThrowIfCancellationRequested();
                BinlogEventType type = reader.Header.Type;
                Expect(reader.Header.LogPos == (uint)reader.EndPosition, reader, "the end position");
                if (type == BinlogEventType.TableMap)
                    maps.Add(reader.Raw[..(EventHeader.Size + reader.Body.Length)], reader.Format.TableIdLength);
                else if (type.IsRows())
                    rows += CountRows(reader, maps);
                else if (type.IsGtid() && GtidEvent.Parse(reader.Header, reader.Body).TransactionLength is > 0 and var length)
                    transactionEnd = reader.Position + (long)length;
                if (type != BinlogEventType.Xid)
                    continue;
                transactions++;
                Expect(transactionEnd == 0 || transactionEnd == reader.EndPosition, reader, "the transaction length");
                transactionEnd = 0;
            }

            return new Found(transactions, rows);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw MalformedData.OfEvent($"the {reader.Header.Type} event", e, reader.Path, reader.Position);
        }
    }

    [MethodImpl(Jit.Hot)]
    private static int CountRows(FileEventReader reader, TableMapCache maps)
    {
        int idLength = reader.Format.TableIdLength;
        TableMap? map = maps.Find(RowsEvent.PeekTableId(reader.Body, idLength));
        Expect(map != null, reader, "the table map");
        return RowCursor.Count(RowsEvent.Parse(reader.Header.Type, reader.Body, map!.Columns.Length, idLength), map);
    }

    private static void Expect(bool condition, EventReader reader, string what)
    {
        if (!condition)
            throw new RecoveryException(
                "UndoNotVerified", RecoveryErrorKind.WriteError, $"{what} is not what was meant to be written", reader.Path,
                reader.Position);
    }

    private sealed record Found(long Transactions, long Rows);
}
