using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Server;

namespace MySqlRecovery.Consistency.Settings;

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
    public bool IsCircular => Channels.Any(c => c.GetValueOrDefault("Source_Server_Id") == other.Variable("server_id")) && role == ServerRole.Source;

    public bool UsesRowFormat => server.Variable("binlog_format") is null or "ROW";

    /// <summary>The value of binlog_do_db or binlog_ignore_db, which are variables in MariaDB only; null if the server does not log.</summary>
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
