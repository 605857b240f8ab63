using System.Collections.Concurrent;
using System.Management.Automation;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Completion;

/// <summary>
/// The names that a log file has, for completion: as many as can be found while somebody waits for the Tab key. A file is
/// read once as long as it does not change.
/// </summary>
internal sealed record LogNames(TableName[] Tables, string[] GtidSources)
{
    private const int FilesAtMost = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);
    private static readonly LogNames None = new([], []);

    // Completers live for one key press: what they have read has to outlive them.
    private static readonly ConcurrentDictionary<(string Path, long Length, DateTime Written), LogNames> Known = new();

    /// <summary>The names in all files that the command line gives so far.</summary>
    public static LogNames OfCommandLine(System.Collections.IDictionary parameters)
    {
        using var patience = new CancellationTokenSource(Patience);
        LogNames[] all = [.. Files(parameters).Take(FilesAtMost).Select(f => OfFile(f, patience.Token))];
        return new LogNames(
            [.. all.SelectMany(n => n.Tables).Distinct().OrderBy(t => t.ToString(), StringComparer.Ordinal)],
            [.. all.SelectMany(n => n.GtidSources).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }

    private static LogNames OfFile(string path, CancellationToken stop)
    {
        var file = new FileInfo(path);
        if (!file.Exists || stop.IsCancellationRequested)
            return None;
        var key = (path, file.Length, file.LastWriteTimeUtc);
        if (Known.TryGetValue(key, out LogNames? names))
            return names;
        var tables = new HashSet<TableName>();
        var sources = new HashSet<string>(StringComparer.Ordinal);
        var filter = new EventFilter { Types = [BinlogEventType.TableMap, BinlogEventType.Gtid, BinlogEventType.MariaDbGtid] };
        bool isWhole = false;
        try
        {
            using var scan = new EventScan([LogRange.Whole(path)], filter, stop);
            while (scan.Read())
            {
                if (scan.Table is { } map)
                    tables.Add(map.QualifiedName);
                else if (scan.Transaction.Gtid is { } gtid)
                    sources.Add(SourceOf(gtid));
            }

            isWhole = true;
        }
        catch (Exception e) when (e is RecoveryException or OperationCanceledException)
        {
            // What was found until then is what there is to offer.
        }

        names = new LogNames([.. tables], [.. sources]);
        if (isWhole)
            Known.TryAdd(key, names);
        return names;
    }

    // MySQL: uuid, tag and number parted by colons. MariaDB: domain and server parted by dashes.
    private static string SourceOf(Gtid gtid)
    {
        string text = gtid.ToString();
        int end = text.LastIndexOfAny([':', '-']);
        return text.Contains(':', StringComparison.Ordinal) ? text[..(end + 1)] : text[..(text.LastIndexOf('-') + 1)];
    }

    private static IEnumerable<string> Files(System.Collections.IDictionary parameters)
    {
        foreach (string name in (string[])["Path", "LogPath", "LiteralPath"])
        {
            // Export-RowChangeSql's -Path is what it writes.
            if (parameters[name] is not { } value || (name == "Path" && parameters.Contains("LogPath")))
                continue;
            using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
            shell.AddCommand("Microsoft.PowerShell.Management\\Resolve-Path")
                .AddParameter(name == "LiteralPath" ? "LiteralPath" : "Path", value)
                .AddParameter("ErrorAction", ActionPreference.Ignore);
            foreach (PathInfo path in shell.Invoke<PathInfo>())
                yield return path.ProviderPath;
        }
    }
}
