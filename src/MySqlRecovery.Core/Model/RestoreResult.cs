using System.Collections.Specialized;
using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>What Restore-RowChange did in one table.</summary>
// PowerShell makes empty text of null when it brings an object back from remoting; no such property can be empty.
public sealed class RestoreResult
{
    /// <summary>The server.</summary>
    public string Server { get; set; } = string.Empty;

    /// <summary>Database of the table on that server.</summary>
    public string Database { get; set; } = string.Empty;

    /// <summary>The table on that server.</summary>
    public string Table { get; set; } = string.Empty;

    /// <summary>Rows in all, each counted in one of the following three.</summary>
    public long RowCount { get; set; }

    /// <summary>Rows restored.</summary>
    public long RestoredCount { get; set; }

    /// <summary>Rows that were as before the change already.</summary>
    public long AlreadyRestoredCount { get; set; }

    /// <summary>Rows left as they are.</summary>
    public long LeftCount { get; set; }

    /// <summary>Number of rows by verdict.</summary>
    public OrderedDictionary Verdict { get; set; } = [];

    /// <summary>GTIDs of the transactions that changed the rows; null for anonymous ones.</summary>
    public string? GtidSet { get; set => field = value is "" ? null : value; }

    /// <summary>Whether every row of the chosen changes is known to be as it was before them.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Why rows were left, or what is not known of them, one line each; empty for nothing.</summary>
    public string[] Reason { get; set; } = [];

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; set; }

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Database}.{Table}: {RestoredCount} of {RowCount} rows restored, {AlreadyRestoredCount} already, {LeftCount} left");
}

/// <summary>What Restore-RowChange does about rows that are not as the changes left them.</summary>
public enum ConflictAction
{
    /// <summary>They stay as they are.</summary>
    Leave,

    /// <summary>Rows that changed since, and rows that have another's key, are overwritten.</summary>
    Overwrite,

    /// <summary>Nothing more is restored.</summary>
    Stop,
}

/// <summary>How Restore-RowChange writes rows.</summary>
public enum RestoreForm
{
    /// <summary>As SQL; as row events where triggers must not fire or SQL cannot write a value.</summary>
    Statement,

    /// <summary>As row events, where the account may.</summary>
    RowEvent,
}
