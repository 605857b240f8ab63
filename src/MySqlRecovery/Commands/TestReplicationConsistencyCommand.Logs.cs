using System.Management.Automation;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Consistency;
using MySqlRecovery.Consistency.Logs;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Input;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <content>The comparison of logs, with servers and without.</content>
public sealed partial class TestReplicationConsistencyCommand
{
    private readonly Dictionary<ComparedServer, ConnectionOptions> _options = [];
    private (ServerPair Pair, LiveLogCheck Check)? _logCheck;

    /// <summary>Binlogs of the source: files or folders; wildcards.</summary>
    [Parameter(ParameterSetName = "Log")]
    [SupportsWildcards]
    public string[] SourceLog { get; set; } = [];

    /// <summary>Relay logs of the replica: files or folders; wildcards.</summary>
    [Parameter(ParameterSetName = "Log")]
    [SupportsWildcards]
    public string[] RelayLog { get; set; } = [];

    /// <summary>Binlogs of the replica, if it logs what it applies (log_replica_updates): files or folders; wildcards.</summary>
    [Parameter(ParameterSetName = "Log")]
    [SupportsWildcards]
    public string[] ReplicaLog { get; set; } = [];

    /// <summary>Error logs of the replica, the oldest first: they tell what was skipped; wildcards.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[] ErrorLog { get; set; } = [];

    /// <summary>Keyring files of the servers for encrypted logs.</summary>
    [Parameter(ParameterSetName = "Log")]
    public string[] KeyringPath { get; set; } = [];

    private void CompareLogs()
    {
        LogCheckInput input = Try(() =>
        {
            Keyring? keyring = KeyringPath.Length == 0 ? null : Keyring.Open(KeyringPath.Select(this.ResolveDestination));
            LogSeries? source = OpenLogs(SourceLog, isRelay: false, keyring), relay = OpenLogs(RelayLog, isRelay: true, keyring);
            LogSeries? replica = OpenLogs(ReplicaLog, isRelay: false, keyring);
            IReadOnlyList<string> errorLogs = ResolveErrorLogs();
            if (errorLogs.Count == 0 && (source == null ? 0 : 1) + (relay == null ? 0 : 1) + (replica == null ? 0 : 1) < 2)
                throw new RecoveryException(
                    "LogsInsufficient", RecoveryErrorKind.InvalidArgument, "one log has nothing to be compared with",
                    recommendedAction: "Give two of -SourceLog, -RelayLog and -ReplicaLog, or the replica's -ErrorLog.");
            return new LogCheckInput
            {
                Source = source,
                Relay = relay,
                Replica = replica,
                ReplicaName = (replica ?? relay)?.Name ?? errorLogs[0],
                Tables = Filter(),
                Skipped = FindSkipped(errorLogs),
            };
        });
        Write(
            new CappedCheck(new LogCheck(input), MaxFinding).Run(_errors.Enqueue, StopToken), string.Empty, ConsistencyCheckKind.Log);
    }

    private LiveLogCheck MakeLogCheck(ServerPair pair)
    {
        IReadOnlyList<SkippedRange> skipped = Try(() =>
            ErrorLog.Length == 0 || Replica.Length == 1 ? FindSkipped(ResolveErrorLogs()) : throw new RecoveryException(
            "ErrorLogAmbiguous", RecoveryErrorKind.InvalidArgument, "an error log is that of one replica, and several are given"));
        var check = new LiveLogCheck(pair, server => new ServerLogSeries(_options[server], StopToken), skipped, Filter());
        _logCheck = (pair, check);
        return check;
    }

    /// <summary>Rows that differ get their causes where the logs of the same servers were compared before.</summary>
    private IConsistencyCheck Explain(IConsistencyCheck rows, ServerPair pair) =>
        _logCheck is { } logs && logs.Pair == pair ? new ExplainedCheck(rows, logs.Check, pair) : rows;

    private FileLogSeries? OpenLogs(string[] paths, bool isRelay, Keyring? keyring)
    {
        if (paths.Length == 0)
            return null;
        var files = new List<string>();
        foreach (string path in paths)
        {
            string[] folders = [.. this.ResolveFolders(path)];
            foreach (string folder in folders)
                files.AddRange(LogFolder.Find(folder, isRelay, StopToken));
            if (folders.Length == 0)
                files.AddRange(this.ResolveLogs([path], literal: false, e => throw e));
        }

        return new FileLogSeries(new LogFileOrder(keyring, WriteWarning, StopToken).Sort(files), keyring, StopToken);
    }

    private IReadOnlyList<string> ResolveErrorLogs() => this.ResolveFiles(ErrorLog, literal: false, e => throw e);

    private List<SkippedRange> FindSkipped(IReadOnlyList<string> errorLogs) => SkippedRanges.Find(errorLogs.SelectMany(ReadErrorLog));

    private IEnumerable<ReplicaLogEntry> ReadErrorLog(string path)
    {
        using FileSource file = FileSource.Open(path);
        foreach (ReplicaLogEntry entry in ReplicaErrorLog.Read(new SourceStream(file), StopToken))
            yield return entry;
    }
}
