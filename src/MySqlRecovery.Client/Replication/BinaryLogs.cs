using System.Globalization;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Client.Protocol;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client.Replication;

/// <summary>Which binlog files a server has, and which of them holds a time.</summary>
internal static class BinaryLogs
{
    /// <summary>From the oldest to the newest.</summary>
    /// <exception cref="RecoveryException">BinlogDisabled; ServerPrivilegeMissing without REPLICATION CLIENT (MariaDB: BINLOG
    /// MONITOR).</exception>
    public static IReadOnlyList<BinaryLog> List(IQueryClient client, CancellationToken token) => client
        .QueryAll("SHOW BINARY LOGS", token)
        .ConvertAll(row => new BinaryLog(row[0]!, long.Parse(row[1]!, CultureInfo.InvariantCulture)));

    /// <summary>Where a server writes next.</summary>
    /// <exception cref="RecoveryException">BinlogDisabled; ServerPrivilegeMissing without REPLICATION CLIENT (MariaDB: BINLOG
    /// MONITOR).</exception>
    public static (string File, long Position) End(ServerConnection connection, CancellationToken token)
    {
        bool isRenamed = !connection.IsMariaDb && connection.Version.IsAtLeast(8, 2);
        List<string?[]> rows = connection.QueryAll(isRenamed ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS", token);
        return rows.Count > 0 ? (rows[0][0]!, long.Parse(rows[0][1]!, CultureInfo.InvariantCulture)) : throw new RecoveryException(
            "BinlogDisabled", RecoveryErrorKind.NotSupported, "the server writes no binlog", connection.Server);
    }

    /// <summary>When a file was begun (UTC), which is the time of its first event; reads that event only.</summary>
    /// <exception cref="RecoveryException">BinlogPurged if it is gone by now, and whatever connecting can end in.</exception>
    public static DateTime FirstEventTime(ConnectionOptions options, string name, CancellationToken token)
    {
        using ServerConnection connection = ServerConnection.Open(options, token);
        using BinlogDump dump = BinlogDump.Start(connection, new BinlogDumpRequest { FileName = name }, token);
        return dump.Read(token)
            ? DateTime.UnixEpoch.AddSeconds(EventHeader.Parse(dump.Event.Span).Timestamp)
            : throw ServerErrors.Protocol(options.Server, $"the binlog file {name} has no event");
    }

    /// <summary>
    /// The file to start in for everything since <paramref name="time"/> (UTC): the last one that was begun before, or the
    /// oldest if all are younger. Asks about as many files as their number has binary digits.
    /// </summary>
    public static string FindByTime(ConnectionOptions options, IReadOnlyList<BinaryLog> logs, DateTime time, CancellationToken token)
    {
        int first = 0;
        int last = logs.Count - 1;
        while (first < last)
        {
            int middle = first + (last - first + 1) / 2;

            // Event times are whole seconds: a file begun in the very second may follow events of that second.
            if (FirstEventTime(options, logs[middle].Name, token) < time)
                first = middle;
            else
                last = middle - 1;
        }

        return logs[first].Name;
    }
}

/// <summary>A binlog file as SHOW BINARY LOGS lists it.</summary>
/// <param name="Name">Without folder, such as <c>binlog.000007</c>.</param>
/// <param name="Size">In bytes, at the time of the listing.</param>
internal sealed record BinaryLog(string Name, long Size);
