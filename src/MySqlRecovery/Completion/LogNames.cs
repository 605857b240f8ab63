using System.Collections.Concurrent;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Server;
using MySqlRecovery.Text;

namespace MySqlRecovery.Completion;

/// <summary>
/// The names that logs have, for completion: as many as can be found while somebody waits for the Tab key. A file is read once as
/// long as it does not change; of a server the newest log is, and what was found is good for a minute.
/// </summary>
internal sealed class LogNames
{
    private const int FilesAtMost = 64;
    private const int ColumnsAtMost = 50_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan ServerPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(1);

    // Completers live for one key press: what they have read has to outlive them.
    private static readonly ConcurrentDictionary<(string Path, long Length, DateTime Written), LogNames> Known = new();
    private static readonly ConcurrentDictionary<(string Server, string? User), (DateTime Read, LogNames Names)> KnownServers = new();

    /// <summary>Tables with rows, and the columns of each as far as they have names.</summary>
    public Dictionary<TableName, string[]> Tables { get; } = [];

    /// <summary>GTIDs without their numbers.</summary>
    public HashSet<string> GtidSources { get; } = new(StringComparer.Ordinal);

    /// <summary>Sessions, and the transactions of each.</summary>
    public Dictionary<uint, int> Sessions { get; } = [];

    /// <summary>The server's binary logs; none of files.</summary>
    public List<string> LogFiles { get; } = [];

    /// <summary>The names in all that the command line gives so far.</summary>
    public static LogNames Of(CommandLine line)
    {
        var all = new LogNames();
        using (var patience = new CancellationTokenSource(Patience))
        {
            foreach (string file in line.Files.Take(FilesAtMost))
                all.Add(OfFile(file, patience.Token));
        }

        foreach (ConnectionOptions options in line.Servers)
            all.Add(OfServer(options));
        return all;
    }

    private static LogNames OfFile(string path, CancellationToken stop)
    {
        var file = new FileInfo(path);
        if (!file.Exists || stop.IsCancellationRequested)
            return new LogNames();
        var key = (path, file.Length, file.LastWriteTimeUtc);
        if (Known.TryGetValue(key, out LogNames? names))
            return names;
        names = new LogNames();
        if (names.TryRead([LogRange.Whole(path)], stop))
            Known.TryAdd(key, names);
        return names;
    }

    private static LogNames OfServer(ConnectionOptions options)
    {
        var key = (options.Server, options.User);
        if (KnownServers.TryGetValue(key, out (DateTime Read, LogNames Names) known) && DateTime.UtcNow - known.Read < Freshness)
            return known.Names;
        var names = new LogNames();
        options.ConnectTimeout = ServerPatience;
        using var patience = new CancellationTokenSource(ServerPatience);
        try
        {
            using (ServerConnection connection = ServerConnection.Open(options, patience.Token))
            {
                names.ReadTables(connection, patience.Token);
                names.LogFiles.AddRange(BinaryLogs.List(connection, patience.Token).Select(l => l.Name));
            }

            var request = new ServerLogRequest { StartFile = names.LogFiles[^1] };
            names.TryRead(new ServerLog(options, request, _ => { }, patience.Token).Ranges(), patience.Token);
            KnownServers[key] = (DateTime.UtcNow, names);
        }
        catch (Exception e) when (e is RecoveryException or OperationCanceledException)
        {
            // There is nothing to offer, and nobody to tell why.
        }

        return names;
    }

    private void ReadTables(ServerConnection connection, CancellationToken stop)
    {
        var columns = connection.QueryAll(
            $"""
            SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys') LIMIT {ColumnsAtMost}
            """, stop);
        foreach (IGrouping<(string?, string?), string?[]> table in columns.GroupBy(c => (c[0], c[1])))
            Tables[new TableName(table.Key.Item1, table.Key.Item2!)] = [.. table.Select(c => c[2]!)];
    }

    private bool TryRead(IEnumerable<LogRange> logs, CancellationToken stop)
    {
        var filter = new EventFilter
        {
            Types = [BinlogEventType.TableMap, BinlogEventType.Gtid, BinlogEventType.GtidTagged, BinlogEventType.MariaDbGtid,
                BinlogEventType.Query],
        };
        try
        {
            using var scan = new EventScan(logs, filter, stop);
            while (scan.Read())
                Add(scan);
            return true;
        }
        catch (Exception e) when (e is RecoveryException or OperationCanceledException)
        {
            // What was found until then is what there is to offer.
            return false;
        }
    }

    private void Add(EventScan scan)
    {
        if (scan.Table is { } map)
            Tables[map.QualifiedName] = [.. map.Columns.Select((c, i) => c.IsNameKnown ? c.Name : $"@{i + 1}")];
        else if (scan.Reader.Header.Type.IsGtid() && scan.Transaction.Gtid is { } gtid)
            GtidSources.Add(SourceOf(gtid));
        else if (scan.Reader.Header.Type.IsQuery() && scan.Transaction.ThreadId is { } thread)
            Sessions[thread] = Sessions.GetValueOrDefault(thread) + 1;
    }

    private void Add(LogNames other)
    {
        foreach ((TableName table, string[] columns) in other.Tables)
            Tables[table] = columns;
        GtidSources.UnionWith(other.GtidSources);
        foreach ((uint thread, int count) in other.Sessions)
            Sessions[thread] = Sessions.GetValueOrDefault(thread) + count;
        LogFiles.AddRange(other.LogFiles);
    }

    // MySQL: uuid, tag and number parted by colons. MariaDB: domain and server parted by dashes.
    private static string SourceOf(Gtid gtid)
    {
        string text = gtid.ToString();
        int end = text.LastIndexOfAny([':', '-']);
        return text.Contains(':', StringComparison.Ordinal) ? text[..(end + 1)] : text[..(text.LastIndexOf('-') + 1)];
    }
}
