using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>
/// One event of a binary log. Row events carry all that undoing them needs (<see cref="RawEvent"/>,
/// <see cref="TableMapEvent"/>, <see cref="FormatEvent"/> and the facts of their transaction), so that they can be
/// filtered, stored with Export-Clixml or sent from another machine and still be reversed.
/// </summary>
// PowerShell makes empty text of null when it brings an object back from remoting; no such property can be empty.
public sealed class BinlogEvent
{
    /// <summary>The server that the event was read from, <c>host:port</c>; null for a file.</summary>
    public string? Server { get; set => field = value is "" ? null : value; }

    /// <summary>Name of the log, as the server lists it.</summary>
    public string LogFile { get; set; } = string.Empty;

    /// <summary>Byte offset of the event in its log.</summary>
    public long Position { get; set; }

    /// <summary>Byte offset after the event: a position to go on from.</summary>
    public long EndPosition { get; set; }

    /// <summary>Offset of the event in its transaction's payload, uncompressed, where the log is compressed by transaction;
    /// else 0.</summary>
    public long PayloadOffset { get; set; }

    /// <summary>When the statement started, UTC, whole seconds.</summary>
    public DateTime Timestamp { get; set; }

    /// <summary>The event's type.</summary>
    public BinlogEventType EventType { get; set; }

    /// <summary>Bytes of the event in the log.</summary>
    public long Size { get; set; }

    /// <summary>server_id of the server that wrote the event first.</summary>
    public uint ServerId { get; set; }

    /// <summary>Version of the server that wrote the log.</summary>
    public string ServerVersion { get; set; } = string.Empty;

    /// <summary>GTID of the transaction; null for anonymous ones and outside of transactions.</summary>
    public string? Gtid { get; set => field = value is "" ? null : value; }

    /// <summary>Connection id of the session; null where the log does not say (yet).</summary>
    public uint? ThreadId { get; set; }

    /// <summary>
    /// When the transaction was committed on the server that wrote the log, UTC, microseconds; null where the log does not
    /// say: before MySQL 8.0.1, in MariaDB.
    /// </summary>
    public DateTime? CommitTime
    {
        get => Transaction.CommitTime;
        set => Transaction = Transaction with { CommitTime = value };
    }

    /// <summary>When it was committed on the server that it comes from, likewise.</summary>
    public DateTime? OriginalCommitTime
    {
        get => Transaction.OriginalCommitTime;
        set => Transaction = Transaction with { OriginalCommitTime = value };
    }

    /// <summary>MySQL: version of the server that wrote the log, as the transaction's GTID event has it; null before 8.0.14.</summary>
    public string? ImmediateServerVersion
    {
        get => Transaction.ImmediateServerVersion;
        set => Transaction = Transaction with { ImmediateServerVersion = value is "" ? null : value };
    }

    /// <summary>MySQL: version of the server that the transaction comes from, likewise.</summary>
    public string? OriginalServerVersion
    {
        get => Transaction.OriginalServerVersion;
        set => Transaction = Transaction with { OriginalServerVersion = value is "" ? null : value };
    }

    /// <summary>MySQL: bytes of the whole transaction in the log; null where the log does not say (before 8.0.2).</summary>
    public long? TransactionLength
    {
        get => Transaction.TransactionLength;
        set => Transaction = Transaction with { TransactionLength = value };
    }

    /// <summary>
    /// MySQL: number of the transaction in its log by the logical clock that replicas apply in parallel by; null before 5.7.
    /// </summary>
    public long? SequenceNumber
    {
        get => Transaction.SequenceNumber;
        set => Transaction = Transaction with { SequenceNumber = value };
    }

    /// <summary>MySQL: all transactions of the log up to this <see cref="SequenceNumber"/> must be committed before this one
    /// starts; null before 5.7.</summary>
    public long? LastCommitted
    {
        get => Transaction.LastCommitted;
        set => Transaction = Transaction with { LastCommitted = value };
    }

    /// <summary>MySQL: whether all that the transaction changed is logged as rows; null where the log does not say (before 5.7).
    /// </summary>
    public bool? IsRowsOnly
    {
        get => Transaction.IsRowsOnly;
        set => Transaction = Transaction with { IsRowsOnly = value };
    }

    /// <summary>Group Replication: ticket of the group commit (8.0.38+); null where there is none.</summary>
    public ulong? CommitGroupTicket
    {
        get => Transaction.CommitGroupTicket;
        set => Transaction = Transaction with { CommitGroupTicket = value };
    }

    /// <summary>MariaDB: number of the group commit; transactions with the same one were committed together. Null for others.
    /// </summary>
    public ulong? CommitId
    {
        get => Transaction.CommitId;
        set => Transaction = Transaction with { CommitId = value };
    }

    /// <summary>MariaDB: storage engines that take part beside the first; null where the log does not say.</summary>
    public byte? ExtraEngines
    {
        get => Transaction.ExtraEngines;
        set => Transaction = Transaction with { ExtraEngines = value };
    }

    /// <summary>What MariaDB's GTID event says of the transaction; null for MySQL and outside of transactions.</summary>
    public MariaDbGtidFlags? GtidFlags
    {
        get => Transaction.GtidFlags;
        set => Transaction = Transaction with { GtidFlags = value };
    }

    /// <summary>MariaDB: GTID of the transaction that started the ALTER TABLE which this one ends; null for others.</summary>
    public string? AlterGtid
    {
        get => Transaction.AlterGtid;
        set => Transaction = Transaction with { AlterGtid = value is "" ? null : value };
    }

    /// <summary>Database of the table, or the default database of a statement.</summary>
    public string? Database { get; set => field = value is "" ? null : value; }

    /// <summary>Table of a table map or row event.</summary>
    public string? Table { get; set => field = value is "" ? null : value; }

    /// <summary>What a row event did; null for all other events.</summary>
    public RowOperation? Operation { get; set; }

    /// <summary>Rows in a row event; 0 for all other events.</summary>
    public int RowCount { get; set; }

    /// <summary>Text of a statement event; for row events the original statement, where the server logged it.</summary>
    public string? Statement { get; set => field = value is "" ? null : value; }

    /// <summary>Byte offset of the transaction's first event in the log.</summary>
    public long TransactionPosition { get; set; }

    /// <summary>For row events: how the transaction ends in its log. Only what was committed is undone.</summary>
    public TransactionEnd? TransactionEnd { get; set; }

    /// <summary>For row events of an XA transaction, and MariaDB's GTID events of one: its id, as XA COMMIT names it.</summary>
    public string? XaId { get; set => field = value is "" ? null : value; }

    /// <summary>What the GTID event says of the transaction: one object for all its events.</summary>
    internal TransactionFacts Transaction { get; set; } = TransactionFacts.None;

    /// <summary>The event's bytes, header included, checksum not; row events and statements only.</summary>
    public byte[]? RawEvent { get; set; }

    /// <summary>For row events: the bytes of their table map event, header included, checksum not.</summary>
    public byte[]? TableMapEvent { get; set; }

    /// <summary>For row events: the bytes of the log's format description event.</summary>
    public byte[]? FormatEvent { get; set; }

    /// <summary>One line: log, position, what.</summary>
    public override string ToString()
    {
        string what = Operation?.ToString() ?? EventType.ToString();
        string where = Table == null ? string.Empty : $" {Database}.{Table}";
        return string.Create(CultureInfo.InvariantCulture, $"{LogFile}:{Position} {what}{where}");
    }
}

/// <summary>What a GTID event says of its transaction; see the properties of <see cref="BinlogEvent"/>.</summary>
internal sealed record TransactionFacts
{
    public static TransactionFacts None { get; } = new();

    public DateTime? CommitTime { get; init; }

    public DateTime? OriginalCommitTime { get; init; }

    public string? ImmediateServerVersion { get; init; }

    public string? OriginalServerVersion { get; init; }

    public long? TransactionLength { get; init; }

    public long? SequenceNumber { get; init; }

    public long? LastCommitted { get; init; }

    public bool? IsRowsOnly { get; init; }

    public ulong? CommitGroupTicket { get; init; }

    public MariaDbGtidFlags? GtidFlags { get; init; }

    public ulong? CommitId { get; init; }

    public byte? ExtraEngines { get; init; }

    public string? AlterGtid { get; init; }
}
