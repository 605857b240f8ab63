using MySqlRecovery.Gtids;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>A transaction as one log holds it: where, whose, and a fingerprint of what it did.</summary>
internal sealed class LoggedTransaction
{
    /// <summary>Null for anonymous transactions.</summary>
    public Gtid? Gtid { get; init; }

    /// <summary>server_id of the server that wrote it first.</summary>
    public required uint ServerId { get; init; }

    /// <summary>When its first statement started, seconds since 1970-01-01 UTC; replicas keep it.</summary>
    public required uint Timestamp { get; init; }

    /// <summary>The session that ran it; in a replica's log MySQL 5.6 keeps it, later versions name the applier's. Null where the log does not say.</summary>
    public uint? ThreadId { get; init; }

    /// <summary>Its number in the logs that were read, from 0.</summary>
    public required long Ordinal { get; init; }

    /// <summary>Name of the log.</summary>
    public required string LogFile { get; init; }

    /// <summary>Whether no transaction is before it in its log.</summary>
    public bool IsFirstInLog { get; init; }

    /// <summary>Byte offset of its first event.</summary>
    public required long Position { get; init; }

    /// <summary>Byte offset behind its last event.</summary>
    public required long EndPosition { get; init; }

    /// <summary>The place behind it in the logs of the source: its own end in those, what a relay log says in that.</summary>
    public required LogPlace SourceEnd { get; init; }

    /// <summary>The tables it changed, in the order of their first rows.</summary>
    public required TableContent[] Tables { get; init; }

    /// <summary>Of the statements that change something themselves, and their databases; 0 without such.</summary>
    public ulong StatementHash { get; init; }

    /// <summary>The first of those statements, shortened; null without such.</summary>
    public string? Statement { get; init; }

    /// <summary>The default database of <see cref="Statement"/>.</summary>
    public string? StatementDatabase { get; init; }

    /// <summary>Whether row images lack columns, or changes of JSON values stand for the values.</summary>
    public bool IsPartial { get; init; }

    public bool IsEmpty => Tables.Length == 0 && Statement == null;

    public int RowCount => Tables.Sum(t => t.RowCount);

    public DateTime Time => DateTime.UnixEpoch.AddSeconds(Timestamp);

    /// <summary>The GTID, or else the place in the log.</summary>
    public string Id => Gtid?.ToString() ?? $"{LogFile}:{Position}";

    /// <summary>Whether both can be told by their GTIDs.</summary>
    public bool IsSameGtidKind(LoggedTransaction other) =>
        Gtid is { } mine && other.Gtid is { } theirs && mine.IsMariaDb == theirs.IsMariaDb;

    /// <summary>Whether both did the same, byte by byte.</summary>
    public bool HasSameContent(LoggedTransaction other) =>
        StatementHash == other.StatementHash && Tables.AsSpan().SequenceEqual(other.Tables);

    /// <summary>Whether both changed the same number of rows in the same tables, and ran the same statements.</summary>
    public bool HasSameShape(LoggedTransaction other)
    {
        if (StatementHash != other.StatementHash || Tables.Length != other.Tables.Length)
            return false;
        for (int i = 0; i < Tables.Length; i++)
        {
            if (!Tables[i].IsSameTable(other.Tables[i]) || Tables[i].RowCount != other.Tables[i].RowCount)
                return false;
        }

        return true;
    }

    /// <summary>What it did, in a few words.</summary>
    public string Describe()
    {
        if (IsEmpty)
            return "nothing";
        IEnumerable<string> tables = Tables.Select(t => t.RowCount == 1 ? $"1 row of {t}" : $"{t.RowCount} rows of {t}");
        return string.Join(", ", Statement == null ? tables : tables.Prepend($"the statement {Statement}"));
    }
}
