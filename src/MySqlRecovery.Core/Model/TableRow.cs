using System.Collections.Specialized;
using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>One row of a table at rest: from an .ibd file, from a server, or put together from logs.</summary>
// PowerShell makes empty text of null when it brings an object back from remoting; no such property can be empty.
public sealed class TableRow
{
    /// <summary>The server that the row was read from, <c>host:port</c>; null for a file.</summary>
    public string? Server { get; set => field = value is "" ? null : value; }

    /// <summary>Database of the table.</summary>
    public string Database { get; set; } = string.Empty;

    /// <summary>The table.</summary>
    public string Table { get; set; } = string.Empty;

    /// <summary>Whether the row is there, deleted, or not whole.</summary>
    public TableRowState State { get; set; }

    /// <summary>The primary key by column; null for a table without one.</summary>
    public OrderedDictionary? Key
    {
        get
        {
            Decode();
            return field;
        }

        set
        {
            Decode();
            field = value;
        }
    }

    /// <summary>The values by column, in the forms of <see cref="RowChange.After"/>; VIRTUAL columns, which are stored nowhere,
    /// are absent.</summary>
    public OrderedDictionary Value
    {
        get
        {
            Decode();
            return field ??= [];
        }

        set
        {
            Decode();
            field = value;
        }
    }

    /// <summary>Gives <see cref="Key"/> and <see cref="Value"/> when they are looked at; null where they are there.</summary>
    internal ITableRowValues? Pending { get; set; }

    /// <summary>Columns whose value is lost, absent from <see cref="Value"/>; empty for a whole row.</summary>
    public string[] MissingColumn { get; set; } = [];

    /// <summary>Columns that the server computes: they are in <see cref="Value"/>, but no INSERT may set them.</summary>
    public string[] GeneratedColumn { get; set; } = [];

    /// <summary>Where the row comes from: for a file its path, the page's number and the record's offset within the page.</summary>
    public string Source { get; set; } = string.Empty;

    /// <summary>The transaction that wrote this version of the row (DB_TRX_ID), or, for a delete-marked one, deleted it; 0: not
    /// known.</summary>
    public ulong TransactionId { get; set; }

    /// <summary>Where the undo log has the version before (DB_ROLL_PTR, 56 bits); 0: not known.</summary>
    public ulong RollPointer { get; set; }

    /// <summary>For a deleted row that logs delete with the same values: the log, the position of the row event and the GTID,
    /// <c>binlog.000007:1234 GTID</c>; null where the logs at hand have none, or none were given.</summary>
    public string? ConfirmedBy { get; set => field = value is "" ? null : value; }

    private void Decode()
    {
        if (Pending is not { } pending)
            return;
        Pending = null;
        (Key, Value) = pending.Decode();
    }

    /// <summary>One line: table, state, key or first value.</summary>
    public override string ToString()
    {
        OrderedDictionary? shown = Key ?? (Value.Count > 0 ? Value : null);
        string key = shown == null ? string.Empty
            : " " + string.Join(", ", shown.Keys.Cast<string>().Take(Key == null ? 1 : int.MaxValue)
                .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c}={shown[c]}")));
        return $"{Database}.{Table} {State}{key}";
    }
}

/// <summary>The values of a row as they were read.</summary>
internal interface ITableRowValues
{
    /// <summary>The key, null for none, and all values, by column.</summary>
    (OrderedDictionary? Key, OrderedDictionary Value) Decode();
}

/// <summary>How sure a row is. No member is zero, so that <c>Where-Object State</c> finds every row.</summary>
public enum TableRowState
{
    /// <summary>The row is in the table.</summary>
    Live = 1,

    /// <summary>Deleted, and still whole in its place: purge has not come by. The transaction may not have been committed.</summary>
    DeleteMarked = 2,

    /// <summary>Deleted and purged, found in space that is free now; every value is one that its column can have.</summary>
    Freed = 3,

    /// <summary>Deleted, and some of its values are lost: <see cref="TableRow.MissingColumn"/> names them.</summary>
    Partial = 4,

    /// <summary>An older version of a row that a table of MariaDB WITH SYSTEM VERSIONING keeps: it was changed or deleted later.</summary>
    History = 5,
}

/// <summary>Which rows of a file are wanted.</summary>
[Flags]
public enum TableRowSelection
{
    /// <summary>Those that are in the table.</summary>
    Live = 1,

    /// <summary>Those that were deleted and are still in the file.</summary>
    Deleted = 2,

    /// <summary>The older versions that a table of MariaDB WITH SYSTEM VERSIONING keeps.</summary>
    History = 4,

    /// <summary>All of these.</summary>
    All = Live | Deleted | History,
}
