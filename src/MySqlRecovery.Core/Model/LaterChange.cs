using System.Collections.Specialized;
using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>A row that was chosen to be undone, and that something else changed again later.</summary>
// PowerShell makes empty text of null when it brings an object back from remoting; no such property can be empty.
public sealed class LaterChange
{
    /// <summary>Database of the table.</summary>
    public string Database { get; set; } = string.Empty;

    /// <summary>The table.</summary>
    public string Table { get; set; } = string.Empty;

    /// <summary>The row's key by column, as it was before the later change (as it became, for an insert); null for a table without
    /// key.</summary>
    public OrderedDictionary? Key { get; set; }

    /// <summary>What the later change did.</summary>
    public RowOperation Operation { get; set; }

    /// <summary>The log that has the later change.</summary>
    public string LogFile { get; set; } = string.Empty;

    /// <summary>Byte offset of its row event.</summary>
    public long Position { get; set; }

    /// <summary>When its statement started, UTC.</summary>
    public DateTime Timestamp { get; set; }

    /// <summary>GTID of its transaction; null for anonymous ones.</summary>
    public string? Gtid { get; set => field = value is "" ? null : value; }

    /// <summary>Connection id of its session; null where the log does not say.</summary>
    public uint? ThreadId { get; set; }

    /// <summary>One line: table, key, place, session.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Database}.{Table}{(Key == null ? string.Empty : $" {RowText.Of(Key)}")} at {LogFile}:{Position}"
            + $"{(ThreadId is { } thread ? $" thread {thread}" : string.Empty)}");
}
