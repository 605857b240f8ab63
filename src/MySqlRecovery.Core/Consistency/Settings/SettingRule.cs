using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;

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

    private bool IsSafe(string value) => value == Safe.ToUpperInvariant() || AlsoSafe.Contains(value)
        || (value == "1" && Safe == "ON") || (value == "0" && Safe == "OFF");

    private string Statement(ComparedServer server, string name)
    {
        // SET PERSIST writes the option too.
        string set = $"SET {(server.IsMySql(8, 0) ? "PERSIST" : "GLOBAL")} {name} = {(Safe.Length == 0 ? "''" : Safe)};";
        string word = server.IsMySql(8, 0, 22) ? "REPLICA" : "SLAVE";
        return NeedsStop ? $"STOP {word}; {set} START {word};" : set;
    }
}
