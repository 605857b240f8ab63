using System.Collections.Specialized;
using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>
/// What restoring one row would do, or has done, on a server: its changes summed up, compared with the row as it is now. The
/// bytes of its images travel with it, so that Restore-RowChange takes it from the pipeline, a file or another machine.
/// </summary>
// PowerShell makes empty text of null when it brings an object back from remoting; no such property can be empty.
public sealed class RowVerdict
{
    /// <summary>The server whose row was looked at.</summary>
    public string Server { get; set; } = string.Empty;

    /// <summary>Database of the table on that server.</summary>
    public string Database { get; set; } = string.Empty;

    /// <summary>The table on that server.</summary>
    public string Table { get; set; } = string.Empty;

    /// <summary>The key that the row has after the change (before it, if it was deleted), by column; null for a table without
    /// key.</summary>
    public OrderedDictionary? Key { get; set; }

    /// <summary>What restoring does to the row.</summary>
    public RowOperation Action { get; set; }

    /// <summary>What was found.</summary>
    public RestoreVerdict Verdict { get; set; }

    /// <summary>The columns that the verdict is about; empty where it is about the row as a whole.</summary>
    public string[] Column { get; set; } = [];

    /// <summary>The row before its first change, by column; null where there was none.</summary>
    public OrderedDictionary? Before { get; set; }

    /// <summary>The row after its last change, by column; null where it was deleted.</summary>
    public OrderedDictionary? After { get; set; }

    /// <summary>The row as it is on the server, by column; null where there is none.</summary>
    public OrderedDictionary? Now { get; set; }

    /// <summary>GTID of the transaction that changed the row last; null for anonymous ones.</summary>
    public string? Gtid { get; set => field = value is "" ? null : value; }

    /// <summary>Log of the transaction that changed the row last.</summary>
    public string LogFile { get; set; } = string.Empty;

    /// <summary>Byte offset in its log of the transaction that changed the row last.</summary>
    public long Position { get; set; }

    /// <summary>Why the row cannot be restored as it is, or why it is not sure that it need not; null for nothing.</summary>
    public string? Reason { get; set => field = value is "" ? null : value; }

    /// <summary>Whether the row was restored.</summary>
    public bool IsApplied { get; set; }

    /// <summary>Whether the change is to be done (-Forward) instead of undone.</summary>
    public bool IsForward { get; set; }

    /// <summary>Whether ON DELETE CASCADE took the row, which the log does not say: it comes back as the log had it last.</summary>
    public bool IsCascaded { get; set; }

    /// <summary>Whether the row is of a finding of Test-ReplicationConsistency: Before is the source's row, After the replica's.</summary>
    public bool IsRepair { get; set; }

    /// <summary>Bytes of the row before its first change; null where there was none.</summary>
    public byte[]? BeforeImage { get; set; }

    /// <summary>Bytes of the row after its last change; null where it was deleted.</summary>
    public byte[]? AfterImage { get; set; }

    /// <summary>Bytes of the table map event that the images go by, header included, checksum not.</summary>
    public byte[]? TableMapEvent { get; set; }

    /// <summary>Bytes of the format description event of the log.</summary>
    public byte[]? FormatEvent { get; set; }

    /// <summary>One line: verdict, action, table, key, reason.</summary>
    public override string ToString()
    {
        string key = Key == null
            ? string.Empty : " " + string.Join(
                ", ", Key.Keys.Cast<object>().Select(c => string.Create(CultureInfo.InvariantCulture, $"{c}={Key[c]}")));
        return $"{Verdict} {Action} {Database}.{Table}{key}{(Reason == null ? string.Empty : $": {Reason}")}";
    }
}

/// <summary>What stands in the way of restoring a row, or that nothing does.</summary>
public enum RestoreVerdict
{
    /// <summary>The row is as the change left it.</summary>
    Clean = 1,

    /// <summary>Other columns have changed since; setting only those of the change keeps them.</summary>
    Mergeable,

    /// <summary>The row is as it was before the change.</summary>
    AlreadyRestored,

    /// <summary>Columns of the change have other values now.</summary>
    ChangedSince,

    /// <summary>The row is to be updated, and is no longer there.</summary>
    Gone,

    /// <summary>The row is to be inserted, and another one has its key.</summary>
    Occupied,

    /// <summary>Another row has a value of a unique key that this one needs.</summary>
    UniqueTaken,

    /// <summary>A foreign key refers to a row that is not there.</summary>
    ParentMissing,

    /// <summary>Rows refer to this one by a foreign key.</summary>
    ChildPresent,

    /// <summary>The log does not hold what is needed, or the table is no longer what it was.</summary>
    NotInLog,

    /// <summary>The table has no key, and more or fewer rows are equal than the changes touched.</summary>
    NotTold,
}
