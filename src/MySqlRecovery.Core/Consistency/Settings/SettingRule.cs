using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Consistency.Settings;

/// <summary>A parameter, the values by which no data is lost, and why.</summary>
internal sealed record SettingRule
{
    /// <summary>The parameter's names, those of newer versions first.</summary>
    public required string[] Names { get; init; }

    /// <summary>The value to set.</summary>
    public required string Safe { get; init; }

    /// <summary>Other values, in upper case, that are as good.</summary>
    public string[] AlsoSafe { get; init; } = [];

    public required string Why { get; init; }

    /// <summary>The servers of the pair for which it matters.</summary>
    public ServerRole Role { get; init; } = ServerRole.Both;

    public FindingSeverity Severity { get; init; } = FindingSeverity.Warning;

    /// <summary>Whether it matters on this server, and whether its value is bad where that is not a matter of a list.</summary>
    public Func<SettingFacts, bool> When { get; init; } = _ => true;

    /// <summary>Whether the running server takes a new value.</summary>
    public bool IsDynamic { get; init; } = true;

    /// <summary>Whether replication must stand still for that.</summary>
    public bool NeedsStop { get; init; }

    /// <summary>The finding for a server, or null where the parameter is safe, is not there or does not matter.</summary>
    public ConsistencyFinding? Check(SettingFacts facts)
    {
        if ((Role & facts.Role) == 0 || facts.Find(Names) is not { } found || IsSafe(found.Value.ToUpperInvariant()) || !When(facts))
            return null;
        return new ConsistencyFinding
        {
            Type = FindingType.Setting,
            Severity = Severity,
            Confidence = FindingConfidence.Proven,
            Server = facts.Server.Name,
            Key = found.Name,
            Evidence = [$"{found.Name} is {(found.Value.Length == 0 ? "empty" : found.Value)}, safe is {SafeText}", Why],
            Recommendation = IsDynamic
                ? $"Set {found.Name} = {Safe}, in the option file as well."
                : $"Put {found.Name} = {Safe} under [mysqld] in the option file and restart the server.",
            Repair = IsDynamic ? Statement(facts.Server, found.Name) : null,
        };
    }

    private string SafeText => Safe.Length == 0 ? "empty" : Safe;

    private bool IsSafe(string value) => value.Equals(Safe, StringComparison.OrdinalIgnoreCase) || AlsoSafe.Contains(value)
        || (value == "1" && Safe == "ON") || (value == "0" && Safe == "OFF");

    private string Statement(ComparedServer server, string name)
    {
        // SET PERSIST writes the option too.
        string set = $"SET {(server.IsMySql(8, 0) ? "PERSIST" : "GLOBAL")} {name} = {(Safe.Length == 0 ? "''" : Safe)};";
        string word = server.IsMySql(8, 0, 22) ? "REPLICA" : "SLAVE";
        return NeedsStop ? $"STOP {word}; {set} START {word};" : set;
    }
}

/// <summary>What the rules look at: one server of the pair, and the other where both must agree.</summary>
internal sealed class SettingFacts(ComparedServer server, ServerRole role, ComparedServer other, CancellationToken token)
{
    private List<Dictionary<string, string?>>? _channels;
    private IReadOnlyDictionary<string, string>? _status;

    public ComparedServer Server => server;

    public ServerRole Role => role;

    public ComparedServer Other => other;

    public IReadOnlyDictionary<string, string> Status => _status ??= server.ReadStatus();

    /// <summary>How the server itself replicates; empty where it does not.</summary>
    public IReadOnlyList<Dictionary<string, string?>> Channels => _channels ??= server.ReadReplicaStatus();

    /// <summary>Whether the server finds its place by GTID, so that lost positions do no harm.</summary>
    public bool UsesGtid => Channels.Count > 0 && Channels.All(
        c => c.GetValueOrDefault("Auto_Position") == "1" || c.GetValueOrDefault("Using_Gtid") is { } gtid && gtid != "No");

    /// <summary>Whether each replicates from the other.</summary>
    public bool IsCircular =>
        Channels.Any(c => c.GetValueOrDefault("Source_Server_Id") == other.Variable("server_id")) && role == ServerRole.Source;

    public bool UsesRowFormat => server.Variable("binlog_format") is null or "ROW";

    /// <summary>The value of binlog_do_db or binlog_ignore_db, which are variables in MariaDB only; null if the server does not
    /// log.</summary>
    public string? LogFilter(string name)
    {
        using IQueryRows rows = server.Client.Query(server.IsMySql(8, 2) ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS", token);
        int column = rows.ColumnNames.ToList().FindIndex(c => c.Equals(name, StringComparison.OrdinalIgnoreCase));
        return column >= 0 && rows.Read() ? rows.GetString(column) : null;
    }

    /// <summary>The first of these variables that the server has: its name there and its value.</summary>
    public (string Name, string Value)? Find(params string[] names)
    {
        foreach (string name in names)
        {
            if (server.Variable(name) is { } value)
                return (name, value);
        }

        return null;
    }

    /// <summary>The value of the first of these variables that the server has, in upper case; null for none.</summary>
    public string? Value(params string[] names) => Find(names)?.Value.ToUpperInvariant();

    /// <summary>The value of the first of these variables or counters as a number; 0 for none.</summary>
    public long Number(params string[] names) => long.TryParse(Value(names), out long number) ? number : 0;

    public bool IsOn(params string[] names) => Value(names) is "ON" or "1";
}

/// <summary>What a server is in the pair.</summary>
[Flags]
internal enum ServerRole
{
    Source = 1,
    Replica = 2,
    Both = Source | Replica,
}
