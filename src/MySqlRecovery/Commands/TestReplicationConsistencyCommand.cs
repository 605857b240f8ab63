using System.Management.Automation;
using MySqlRecovery.Client;
using MySqlRecovery.Consistency;
using MySqlRecovery.Model;

namespace MySqlRecovery.Commands;

/// <summary>Tells whether a replica's data is its source's data, and if not, where and why. Nothing is written on a server.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ReplicationConsistency", DefaultParameterSetName = "Server")]
[OutputType(typeof(ConsistencyFinding), typeof(bool))]
public sealed partial class TestReplicationConsistencyCommand : RecoveryCmdlet
{
    private readonly Queue<RecoveryException> _errors = [];
    private readonly HashSet<string> _ofSource = [];
    private bool _isConsistent = true;

    /// <summary>The source, <c>host:port</c>, a socket's path or a connection string.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Server")]
    public string Source { get; set; } = string.Empty;

    /// <summary>The replicas, each in the same way.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Server", ValueFromPipeline = true)]
    public string[] Replica { get; set; } = [];

    /// <summary>User and password for the source, and for the replicas unless they have one of their own.</summary>
    [Parameter(ParameterSetName = "Server")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>User and password for the replicas.</summary>
    [Parameter(ParameterSetName = "Server")]
    [Credential]
    public PSCredential? ReplicaCredential { get; set; }

    /// <summary>How far the connections must be protected by TLS.</summary>
    [Parameter(ParameterSetName = "Server")]
    public SslMode? SslMode { get; set; }

    /// <summary>What to look at; everything unless said otherwise.</summary>
    [Parameter(ParameterSetName = "Server")]
    public ConsistencyCheckKind[] Check { get; set; } = Enum.GetValues<ConsistencyCheckKind>();

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
            using ComparedServer source = Try(() => Open(Source, Credential));
            using ComparedServer target = Try(() => Open(replica, ReplicaCredential ?? Credential));
            var pair = new ServerPair(source, target);
            foreach (IConsistencyCheck check in Checks(pair))
                Write(check.Run(_errors.Enqueue, StopToken), source.Name);
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

    private IEnumerable<IConsistencyCheck> Checks(ServerPair pair)
    {
        _ = pair;
        yield break;
    }

    private ComparedServer Open(string address, PSCredential? credential)
    {
        ConnectionOptions options = ServerAddress.Parse(address);
        options.FillFrom(new ConnectionOptions
        {
            User = credential?.UserName,
            Password = credential?.GetNetworkCredential().Password,
            SslMode = SslMode,
        });
        return new ComparedServer(() => ServerConnection.Open(options, StopToken), StopToken);
    }

    private void Write(IEnumerable<ConsistencyFinding> findings, string source)
    {
        using IEnumerator<ConsistencyFinding> each = findings.GetEnumerator();
        while (!IsDecided && TryNext(each))
        {
            ConsistencyFinding finding = each.Current;

            // What was found on the source is the same for every replica.
            if (finding.Server == source && !_ofSource.Add(finding.ToString()))
                continue;
            _isConsistent &= finding.Severity == FindingSeverity.Info;
            if (!Quiet)
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

        while (_errors.TryDequeue(out RecoveryException? error))
        {
            _isConsistent = false;
            ReportError(error);
        }

        return more;
    }
}
