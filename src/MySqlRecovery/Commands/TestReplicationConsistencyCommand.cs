using System.Management.Automation;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Client;
using MySqlRecovery.Consistency;
using MySqlRecovery.Consistency.Data;
using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Consistency.Settings;
using MySqlRecovery.Gtids;
using MySqlRecovery.Input;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>Tells whether a replica's data is its source's data, and if not, where and why. Nothing is written on a server.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ReplicationConsistency", DefaultParameterSetName = ServerSet)]
[OutputType(typeof(ConsistencyFinding), typeof(bool))]
public sealed partial class TestReplicationConsistencyCommand : ServerCmdlet
{
    // A table without a key is read as a whole before the server answers.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromHours(6);

    private readonly Queue<RecoveryException> _errors = [];
    private readonly HashSet<string> _given = [];
    private bool _isConsistent = true;
    private (ConsistencyFinding Finding, GtidSet Gtids)? _errant;

    /// <summary>The source, <c>host:port</c>, a socket's path or a connection string.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ServerSet)]
    public string Source { get; set; } = string.Empty;

    /// <summary>The replicas, each in the same way.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ServerSet, ValueFromPipeline = true)]
    public string[] Replica { get; set; } = [];

    /// <summary>User and password for the replicas, where they are others than on the source.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Credential]
    public PSCredential? ReplicaCredential { get; set; }

    /// <summary>What to look at; everything unless said otherwise.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public ConsistencyCheckKind[] Check { get; set; } = Enum.GetValues<ConsistencyCheckKind>();

    /// <summary>Databases to take; wildcards.</summary>
    [Parameter, SupportsWildcards]
    public string[] Database { get; set; } = [];

    /// <summary>Databases to leave out; wildcards.</summary>
    [Parameter, SupportsWildcards]
    public string[] ExcludeDatabase { get; set; } = [];

    /// <summary>Tables to take, <c>table</c> or <c>database.table</c>; wildcards.</summary>
    [Parameter, SupportsWildcards]
    public string[] Table { get; set; } = [];

    /// <summary>Tables to leave out; wildcards.</summary>
    [Parameter, SupportsWildcards]
    public string[] ExcludeTable { get; set; } = [];

    /// <summary>Compares rows by CRC-32 rather than SHA-256.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public SwitchParameter Fast { get; set; }

    /// <summary>How many seconds the reading of a part of a table should take.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [ValidateRange(0.01, 3600)]
    public double ChunkTime { get; set; } = 0.5;

    /// <summary>The lag of the replica in seconds above which the comparison of rows slows down.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [ValidateRange(0, int.MaxValue)]
    public int MaxLag { get; set; } = 10;

    /// <summary>The number of running threads on either server above which the comparison of rows slows down.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [ValidateRange(1, int.MaxValue)]
    public int MaxLoad { get; set; } = 50;

    /// <summary>A file that keeps how far the comparison of rows came; a run that finds it goes on from there.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public string? CheckpointPath { get; set; }

    /// <summary>How many rows of a table, and transactions of each kind, are shown; of more their number.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaxFinding { get; set; } = 100_000;

    /// <summary>Gives true where nothing worse than Info was found and every check could be made, else false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == "Log")
            CompareLogs();
        foreach (string replica in Replica)
        {
            if (IsDecided)
                return;
            using ComparedServer source = Try(() => Open(Source));
            using ComparedServer target = Try(() => Open(replica, ReplicaCredential));
            var pair = new ServerPair(source, target);
            foreach (ConsistencyCheckKind kind in Check.Distinct().Order())
            {
                SayWhatIsCompared(kind, pair);
                Write(new CappedCheck(Make(kind, pair), MaxFinding).Run(_errors.Enqueue, StopToken), source.Name, kind);
                if (kind == ConsistencyCheckKind.Log)
                    WriteErrant();
            }

            EndReading();
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Quiet)
            WriteObject(_isConsistent);
    }

    // -Quiet has its answer with the first finding that counts.
    private bool IsDecided => Quiet && !_isConsistent;

    private IConsistencyCheck Make(ConsistencyCheckKind kind, ServerPair pair) => kind switch
    {
        ConsistencyCheckKind.Setting => new SettingCheck(pair),
        ConsistencyCheckKind.Position => new PositionCheck(pair),
        ConsistencyCheckKind.Schema => new SchemaCheck(pair, Filter()),
        ConsistencyCheckKind.Log => MakeLogCheck(pair),
        _ => Explain(new DataCheck(pair, DataOptions()), pair),
    };

    private DataCheckOptions DataOptions() => new()
    {
        Tables = Filter(),
        Fast = Fast,
        ChunkTime = TimeSpan.FromSeconds(ChunkTime),
        MaxLag = TimeSpan.FromSeconds(MaxLag),
        MaxLoad = MaxLoad,
        CheckpointPath = CheckpointPath == null ? null : Try(() => this.ResolveDestination(CheckpointPath)),
        OnProgress = ShowProgress,
    };

    private TableFilter? Filter() => Database.Length + ExcludeDatabase.Length + Table.Length + ExcludeTable.Length == 0
        ? null : new TableFilter(Database, ExcludeDatabase, Table, ExcludeTable);

    private void ShowProgress(string table, long rows, long estimate)
    {
        if (Progress.IsDue())
            Progress.Show($"comparing {table}", $"{table}: {rows:N0} of about {estimate:N0} rows", rows, estimate);
    }

    private void EndReading() => Progress.Complete();

    private ComparedServer Open(string address, PSCredential? credential = null)
    {
        ConnectionOptions options = OptionsFor(address);
        if (credential != null)
            (options.User, options.Password) = (credential.UserName, credential.GetNetworkCredential().Password);
        options.CommandTimeout = LongestSilence;
        var server = new ComparedServer(() => ServerConnection.Open(options, StopToken), StopToken);
        _options.Add(server, options);
        return server;
    }

    private void SayWhatIsCompared(ConsistencyCheckKind kind, ServerPair pair)
    {
        if (kind == ConsistencyCheckKind.Schema)
        {
            WriteVerbose("Schema compares tables with columns, keys, foreign keys, partitions and comments, AUTO_INCREMENT counters, "
                + "views, routines, triggers and events" + (pair.Source.IsMariaDb ? ", sequences" : "")
                + (pair.Source.HasChecks && pair.Replica.HasChecks && pair.Source.IsMariaDb == pair.Replica.IsMariaDb
                    ? ", CHECK constraints" : "; CHECK constraints not, which both servers would have to show alike")
                + "; not accounts, roles and grants, loadable functions, servers, tablespaces and histograms.");
        }
        else if (kind == ConsistencyCheckKind.Data)
        {
            WriteVerbose("Data compares the rows of tables; not virtual columns, MariaDB's row-start and row-end columns, temporary "
                + "tables, and the tables of mysql, sys, information_schema and performance_schema.");
        }
    }

    // What Position knows as a set, Log names one by one: of the set only the rest is given.
    private void WriteErrant()
    {
        if (_errant is not { } errant)
            return;
        _errant = null;
        if (errant.Gtids.IsEmpty)
            return;
        errant.Finding.Gtid = errant.Gtids.ToString();
        errant.Finding.Evidence = [$"the replica has executed transactions that the source has not: {errant.Finding.Gtid}",
            "the check of the logs did not name them: they are of other tables than those chosen, or in no log that is left"];
        WriteObject(errant.Finding);
    }

    private bool IsHeldBack(ConsistencyFinding finding, ConsistencyCheckKind kind)
    {
        if (finding.Type != FindingType.TransactionErrant || finding.Gtid == null)
            return false;
        if (kind == ConsistencyCheckKind.Log && _errant is { } errant && Gtids.Gtid.Parse(finding.Gtid) is { } gtid)
            errant.Gtids.Remove(gtid);
        if (kind != ConsistencyCheckKind.Position || finding.Severity == FindingSeverity.Info || Quiet
            || !Check.Contains(ConsistencyCheckKind.Log))
            return false;
        _errant = (finding, GtidSet.Parse([finding.Gtid]));
        return true;
    }

    private void Write(IEnumerable<ConsistencyFinding> findings, string source, ConsistencyCheckKind kind)
    {
        using IEnumerator<ConsistencyFinding> each = findings.GetEnumerator();
        while (!IsDecided && TryNext(each))
        {
            ConsistencyFinding finding = each.Current;

            // What was found on the source is the same for every replica, and two checks see that a table is missing.
            if ((finding.Server == source || finding.Type == FindingType.Schema) && !_given.Add(finding.ToString()))
                continue;
            _isConsistent &= finding.Severity == FindingSeverity.Info;
            if (!Quiet && !IsHeldBack(finding, kind))
                WriteObject(finding);
        }
    }

    // A check that cannot go on is an error of its own, and the next one has its turn.
    private bool TryNext(IEnumerator<ConsistencyFinding> findings)
    {
        bool more = false;
        try
        {
            more = findings.MoveNext();
        }
        catch (RecoveryException e)
        {
            _errors.Enqueue(e);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception e) when (Explain(e) != null)
        {
            _errors.Enqueue(Explain(e)!);
        }

        while (_errors.TryDequeue(out RecoveryException? error))
        {
            _isConsistent = false;
            ReportError(error);
        }

        return more;
    }
}
