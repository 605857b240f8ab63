using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client;

/// <summary>Holds writing up while a server's replicas are behind or it is busy.</summary>
internal sealed class WriteThrottle : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly IQueryClient _client;
    private readonly TimeSpan? _maximumLag;
    private readonly int? _maximumThreads;
    private readonly List<ComparedServer> _replicas = [];
    private readonly CancellationToken _stop;
    private long _lastLook;

    /// <param name="client">The server that is written to.</param>
    /// <param name="maximumLag">How far replicas may be behind, beyond the delay that they are told to keep; null for however far.</param>
    /// <param name="maximumThreads">How many sessions may be running a statement (Threads_running); null for any number.</param>
    /// <param name="open">Opens a connection to a replica, by host and port.</param>
    /// <param name="stop">Cancels.</param>
    /// <exception cref="RecoveryException">ReplicaAddressUnknown, ServerUnreachable ...</exception>
    public WriteThrottle(
        IQueryClient client, TimeSpan? maximumLag, int? maximumThreads, Func<string, IQueryClient> open, CancellationToken stop)
    {
        (_client, _maximumLag, _maximumThreads, _stop) = (client, maximumLag, maximumThreads, stop);
        try
        {
            foreach (string address in maximumLag == null ? [] : FindReplicas())
                _replicas.Add(new ComparedServer(() => open(address), stop));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Returns when writing may go on, or is to end. Looks once a second at most.</summary>
    /// <param name="mayGoOn">False ends the waiting.</param>
    /// <param name="tell">Is told what is waited for.</param>
    public void Wait(Func<bool> mayGoOn, Action<string> tell)
    {
        if (_lastLook != 0 && Stopwatch.GetElapsedTime(_lastLook) < Interval)
            return;
        while (FindCause() is { } cause && mayGoOn())
        {
            tell(cause);
            _stop.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(200));
        }

        _lastLook = Stopwatch.GetTimestamp();
    }

    public void Dispose() => _replicas.ForEach(r => r.Dispose());

    /// <summary>What is to be waited for; null for nothing. A replica that does not apply anything is not waited for.</summary>
    private string? FindCause()
    {
        if (_maximumThreads is { } threads && _client.QueryAll("SHOW GLOBAL STATUS LIKE 'Threads_running'", _stop) is [[_, { } running], ..]
            && int.Parse(running, CultureInfo.InvariantCulture) > threads)
            return $"{running} sessions are running a statement";
        foreach (ComparedServer replica in _replicas)
        {
            TimeSpan lag = ReplicaProgress.LagOf(replica.ReadReplicaStatus()).DefaultIfEmpty().Max();
            if (lag > _maximumLag)
                return $"the replica {replica.Name} is {lag.TotalSeconds:0} s behind";
        }

        return null;
    }

    // The columns have other names on other servers, but places alike: id, host, (user, password,) port.
    private IEnumerable<string> FindReplicas()
    {
        ServerVersion version = ServerVersion.Parse(_client.QueryScalar("SELECT VERSION()", _stop) ?? "");
        bool isRenamed = !version.IsMariaDb && version.IsAtLeast(8, 0, 22);
        var addresses = new List<string>();
        using IQueryRows rows = _client.Query(isRenamed ? "SHOW REPLICAS" : "SHOW SLAVE HOSTS", _stop);
        int host = IndexOf("Host"), port = IndexOf("Port");
        var budget = new AnswerBudget(_client.Server);
        while (rows.Read())
        {
            budget.AddRow();
            if (budget.Take(rows.GetString(host)) is not { Length: > 0 } name)
                throw new RecoveryException(
                    "ReplicaAddressUnknown", RecoveryErrorKind.ObjectNotFound,
                    $"the replica with id {rows.GetString(0)} does not tell its address", _client.Server,
                    recommendedAction: "Set report_host on the replica, or give -Throttle a number of sessions.");
            addresses.Add($"{name}:{budget.Take(rows.GetString(port))}");
        }

        return addresses;

        int IndexOf(string column) => rows.ColumnNames.ToList().FindIndex(c => c.Equals(column, StringComparison.OrdinalIgnoreCase));
    }
}
