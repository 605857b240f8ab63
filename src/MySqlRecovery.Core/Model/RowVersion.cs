using System.Collections.Specialized;
using System.Globalization;

namespace MySqlRecovery.Model;

/// <summary>What one row was from one change to the next.</summary>
// PowerShell makes empty text of null when it brings an object back from remoting; no such property can be empty.
public sealed class RowVersion
{
    /// <summary>The server that was read, <c>host:port</c>; null for files.</summary>
    public string? Server { get; set => field = value is "" ? null : value; }

    /// <summary>Database of the table, as it was called then.</summary>
    public string Database { get; set; } = string.Empty;

    /// <summary>The table, as it was called then.</summary>
    public string Table { get; set; } = string.Empty;

    /// <summary>The key by column; for a deleted row the one that it had.</summary>
    public OrderedDictionary? Key { get; set; }

    /// <summary>When the row became so, UTC: the time of the commit, or, where the log does not say that, of the statement; null:
    /// before what was read.</summary>
    public DateTime? ValidFrom { get; set; }

    /// <summary>When it became something else, UTC; null: it has not, as far as was read.</summary>
    public DateTime? ValidTo { get; set; }

    /// <summary>GTID of the transaction that made it so; null for anonymous ones, and where <see cref="ValidFrom"/> is null.</summary>
    public string? FromGtid { get; set => field = value is "" ? null : value; }

    /// <summary>The log that has the change; null where no log has it.</summary>
    public string? FromFile { get; set => field = value is "" ? null : value; }

    /// <summary>Byte offset of the change in <see cref="FromFile"/>.</summary>
    public long? FromPosition { get; set; }

    /// <summary>What the change was; null for a version that no row event made: the one from before the log, one that an ALTER TABLE
    /// made, the live row where it differs from the log.</summary>
    public RowOperation? Operation { get; set; }

    /// <summary>Connection id of the session that made it so; null where the log does not say.</summary>
    public uint? ThreadId { get; set; }

    /// <summary>The statement, where the server logged it.</summary>
    public string? Statement { get; set => field = value is "" ? null : value; }

    /// <summary>For an update the columns whose value changed.</summary>
    public string[] ChangedColumn { get; set; } = [];

    /// <summary>The values by column; null for a deleted row. Columns whose value is not known are absent.</summary>
    public OrderedDictionary? Value { get; set; }

    /// <summary>Whether all of it is certain, from the first to the last moment. <see cref="Reason"/> says what is not.</summary>
    public bool IsExact { get; set; } = true;

    /// <summary>What the logs do not tell of this version; null where they tell all.</summary>
    public string? Reason { get; set => field = value is "" ? null : value; }

    /// <summary>One line: time, operation, table, key.</summary>
    public override string ToString()
    {
        string key = Key == null ? string.Empty
            : " " + string.Join(", ", Key.Keys.Cast<string>().Select(c => string.Create(CultureInfo.InvariantCulture, $"{c}={Key[c]}")));
        string from = ValidFrom?.ToString("u", CultureInfo.InvariantCulture) ?? "before";
        return $"{from} {Operation?.ToString() ?? "is"} {Database}.{Table}{key}";
    }
}
