using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;

namespace MySqlRecovery.Changes;

/// <summary>
/// Keys that others gave up earlier in the statement at hand: of what a foreign key deletes along, MySQL 9.6 and later log the rows that
/// are nearer to the parent first (seen on 9.7.4), so that a key goes before a row is met that needs it.
/// </summary>
internal sealed class GivenUpKeys
{
    private const RowsEventFlags Cascade = RowsEventFlags.UseSqlForeignKey | RowsEventFlags.NoForeignKeyChecks;

    private readonly Dictionary<UInt128, GivenUpKey> _keys = [];
    private (int Log, long Position, long PayloadOffset) _event = (-1, 0, 0);
    private (int Log, long Position) _transaction = (-1, 0);
    private RowsEventFlags _flags = RowsEventFlags.StatementEnd;

    /// <summary>Whether a foreign key made the present event, so that a key that goes may be needed later in the statement.</summary>
    public bool MayMatter => (_flags & Cascade) == Cascade;

    /// <summary>How many keys went.</summary>
    public int Count => _keys.Count;

    /// <summary>Takes in where a scan stands.</summary>
    public void Follow(EventScan scan)
    {
        (int, long, long) place = (scan.LogIndex, scan.Reader.Position, scan.Reader.PayloadOffset);
        if (place == _event)
            return;
        (int, long) transaction = (scan.LogIndex, scan.Transaction.Position);
        if (_flags.HasFlag(RowsEventFlags.StatementEnd) || transaction != _transaction)
            _keys.Clear();
        (_event, _transaction, _flags) = (place, transaction, RowsEvent.PeekFlags(scan.Reader.Body, scan.Reader.Format.TableIdLength));
    }

    /// <summary>Adds a key that goes.</summary>
    public void Add(UInt128 key, in GivenUpKey given) => _keys.TryAdd(key, given);

    /// <summary>Takes a key that went; false where none did.</summary>
    public bool TryTake(UInt128 key, out GivenUpKey given) => _keys.Remove(key, out given);
}

/// <summary>How a key was given up.</summary>
/// <param name="IsCarried">Whether the foreign key changes what refers to it along.</param>
/// <param name="Line">The row that had it, for people; null where only the key was kept.</param>
internal readonly record struct GivenUpKey(bool IsCarried, string? Line);
