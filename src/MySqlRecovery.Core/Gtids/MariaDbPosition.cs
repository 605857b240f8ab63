using MySqlRecovery.Model;

namespace MySqlRecovery.Gtids;

/// <summary>How far a MariaDB server is: the last transaction of each domain, as <c>gtid_slave_pos</c> has it.</summary>
internal sealed class MariaDbPosition
{
    private readonly SortedDictionary<uint, Gtid> _domains = [];

    /// <summary>Parses <c>domain-server-sequence</c>, several separated by commas; nothing at all is the beginning.</summary>
    /// <exception cref="RecoveryException">GtidSetInvalid</exception>
    public static MariaDbPosition Parse(string text)
    {
        var position = new MariaDbPosition();
        foreach (Gtid gtid in ParseList(text))
            position.Set(gtid);
        return position;
    }

    /// <summary>MariaDB's GTIDs in a text, in its order.</summary>
    /// <exception cref="RecoveryException">GtidSetInvalid</exception>
    public static IEnumerable<Gtid> ParseList(string text) => text
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(g => Gtid.Parse(g) is { IsMariaDb: true } gtid ? gtid : throw new RecoveryException(
            "GtidSetInvalid", RecoveryErrorKind.InvalidArgument, $"'{text}' is not a GTID set of MariaDB",
            recommendedAction: "Write domain-server-sequence, several with commas between them."));

    /// <summary>Takes a transaction as the last one of its domain.</summary>
    public void Set(in Gtid gtid) => _domains[gtid.Domain] = gtid;

    /// <summary>Of each domain in which the other position is not so far, the last transaction here.</summary>
    public IEnumerable<Gtid> Beyond(MariaDbPosition other) =>
        _domains.Values.Where(g => !other._domains.TryGetValue(g.Domain, out Gtid reached) || reached.Number < g.Number);

    /// <summary>As the server prints it, by domain.</summary>
    public override string ToString() => string.Join(',', _domains.Values);
}
