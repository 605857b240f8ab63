using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Consistency.Servers;

/// <summary>One of the servers of a comparison: its sessions, and what it says about itself, asked once.</summary>
internal sealed class ComparedServer : IDisposable
{
    private readonly Func<IQueryClient> _open;
    private readonly List<IQueryClient> _sessions = [];
    private readonly CancellationToken _token;
    private IReadOnlyDictionary<string, string>? _variables;

    /// <summary>Opens the first session.</summary>
    /// <param name="open">Opens a session; it is disposed of with this object if it can be.</param>
    /// <param name="token">Ends every question that is asked here.</param>
    public ComparedServer(Func<IQueryClient> open, CancellationToken token)
    {
        _open = open;
        _token = token;
        Client = OpenSession();
        VersionText = Client.QueryScalar("SELECT VERSION()", token) ?? "";
        Version = ServerVersion.Parse(VersionText);
    }

    /// <summary><c>host:port</c>.</summary>
    public string Name => Client.Server;

    /// <summary>The session for small questions; for one thread.</summary>
    public IQueryClient Client { get; }

    public string VersionText { get; }

    public ServerVersion Version { get; }

    public bool IsMariaDb => Version.IsMariaDb;

    /// <summary>The global variables by name; no difference of case.</summary>
    public IReadOnlyDictionary<string, string> Variables => _variables ??= Read("SHOW GLOBAL VARIABLES");

    /// <summary>The global status as it is now.</summary>
    public IReadOnlyDictionary<string, string> ReadStatus() => Read("SHOW GLOBAL STATUS");

    /// <summary>The value of a variable, or null where the server has none of that name.</summary>
    public string? Variable(string name) => Variables.GetValueOrDefault(name);

    public bool IsOn(string variable) => Variable(variable) is { } value
        && (value == "1" || value.Equals("ON", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether it is MySQL (or Percona Server) of this version or a later one.</summary>
    public bool IsMySql(int major, int minor, int patch = 0) => !IsMariaDb && Version.IsAtLeast(major, minor, patch);

    /// <summary>Whether it keeps and shows CHECK constraints.</summary>
    public bool HasChecks => IsMySql(8, 0, 16) || (IsMariaDb && Version.IsAtLeast(10, 2, 22));

    /// <summary>What the server says of its own replication, one dictionary a channel; empty where it is no replica.</summary>
    /// <exception cref="RecoveryException">ServerPrivilegeMissing ...</exception>
    public List<Dictionary<string, string?>> ReadReplicaStatus()
    {
        string sql = IsMariaDb ? "SHOW ALL SLAVES STATUS" : IsMySql(8, 0, 22) ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS";
        using IQueryRows rows = Client.Query(sql, _token);
        var channels = new List<Dictionary<string, string?>>();
        var budget = new AnswerBudget(Client.Server);
        while (rows.Read())
        {
            budget.AddRow();
            var channel = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            for (int i = 0; i < rows.ColumnNames.Count; i++)
                channel[CurrentName(rows.ColumnNames[i])] = budget.Take(rows.GetString(i));
            channels.Add(channel);
        }

        return channels;
    }

    /// <summary>Another session like the first, for another thread.</summary>
    public IQueryClient OpenSession()
    {
        IQueryClient session = _open();
        lock (_sessions)
            _sessions.Add(session);
        return session;
    }

    public void Dispose()
    {
        foreach (IDisposable session in _sessions.OfType<IDisposable>())
            session.Dispose();
    }

    // 8.0.22 renamed the columns of SHOW SLAVE STATUS: Slave_SQL_Running, Exec_Master_Log_Pos ...
    private static string CurrentName(string column) =>
        column.Replace("Slave", "Replica", StringComparison.Ordinal).Replace("Master", "Source", StringComparison.Ordinal);

    private Dictionary<string, string> Read(string show)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string?[] row in Client.QueryAll(show, _token))
            values[row[0]!] = row[1] ?? "";
        return values;
    }
}

/// <summary>A source and one of its replicas.</summary>
internal sealed record ServerPair(ComparedServer Source, ComparedServer Replica);
