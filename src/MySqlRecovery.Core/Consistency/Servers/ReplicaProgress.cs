using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Gtids;
using MySqlRecovery.Server;

namespace MySqlRecovery.Consistency.Servers;

/// <summary>
/// Says where the source is and waits until the replica is there too: by GTID where both have them, by file and position
/// where the replica reads the source's own log, else not at all. It asks only; WAIT functions would hold the session.
/// </summary>
internal sealed class ReplicaProgress
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private readonly ServerPair _pair;
    private readonly CancellationToken _token;
    private readonly Kind _kind;

    public ReplicaProgress(ServerPair pair, CancellationToken token)
    {
        _pair = pair;
        _token = token;
        Channel = FindChannel();
        bool isDirect = Channel?.GetValueOrDefault("Source_Server_Id") == pair.Source.Variable("server_id");
        if (pair.Source.IsMariaDb && pair.Replica.IsMariaDb && pair.Source.IsOn("log_bin"))
            _kind = Kind.MariaDbGtid;
        else if (pair.Source.IsOn("gtid_mode") && pair.Replica.IsOn("gtid_mode"))
            _kind = Kind.Gtid;
        else if (isDirect && pair.Source.IsOn("log_bin"))
            _kind = Kind.FilePosition;
        IsApplying = _kind != Kind.None && Channel?.GetValueOrDefault("Replica_SQL_Running") == "Yes"
            && Channel.GetValueOrDefault("Replica_IO_Running") != "No";
    }

    private enum Kind
    {
        None,
        Gtid,
        MariaDbGtid,
        FilePosition,
    }

    /// <summary>The channel by which the replica follows the source: its status as it was at first; null if there is none.</summary>
    public Dictionary<string, string?>? Channel { get; }

    /// <summary>Whether the replica keeps up with the source, so that waiting makes sense.</summary>
    public bool IsApplying { get; private set; }

    /// <summary>How far the replica is behind now, but for the delay it was told to keep; null if it does not say.</summary>
    public TimeSpan? ReadLag() => FindChannel() is { } channel ? LagOf(channel) : null;

    /// <summary>The lags of the channels that say how far they are behind, but for the delay they were told to keep.</summary>
    public static IEnumerable<TimeSpan> LagOf(IEnumerable<Dictionary<string, string?>> channels) =>
        channels.Select(LagOf).OfType<TimeSpan>();

    /// <summary>Where the source is now; null if there is no telling.</summary>
    public string? ReadSource()
    {
        switch (_kind)
        {
            case Kind.Gtid:
                return _pair.Source.Client.QueryScalar("SELECT @@GLOBAL.gtid_executed", _token)?.Replace(
                    "\n", "", StringComparison.Ordinal);
            case Kind.MariaDbGtid:
                return _pair.Source.Client.QueryScalar("SELECT @@GLOBAL.gtid_binlog_pos", _token);
            case Kind.FilePosition:
                string sql = _pair.Source.IsMySql(8, 2) ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS";
                return _pair.Source.Client.QueryAll(sql, _token) is [[{ } file, { } position, ..], ..] ? $"{file}:{position}" : null;
            default:
                return null;
        }
    }

    /// <summary>Whether the replica has applied everything up to a place that <see cref="ReadSource"/> gave.</summary>
    public bool HasReached(string place) => _kind switch
    {
        Kind.Gtid => _pair.Replica.Client.QueryScalar($"SELECT GTID_SUBSET('{place}', @@GLOBAL.gtid_executed)", _token) == "1",
        Kind.MariaDbGtid =>
            MissingDomains(place, _pair.Replica.Client.QueryScalar("SELECT @@GLOBAL.gtid_slave_pos", _token) ?? "").Count == 0,
        Kind.FilePosition => FindChannel() is { } channel && AppliedTo(channel).HasReached(LogPosition.Parse(place)),
        _ => false,
    };

    /// <summary>Whether places are GTIDs rather than files and positions.</summary>
    public bool IsByGtid => _kind is Kind.Gtid or Kind.MariaDbGtid;

    /// <summary>What the replica lacks of a place: GTIDs, or from where to where in the source's logs.</summary>
    public string Missing(string place) => _kind switch
    {
        Kind.Gtid =>
            _pair.Replica.Client.QueryScalar($"SELECT GTID_SUBTRACT('{place}', @@GLOBAL.gtid_executed)", _token)?.Replace("\n", "",
            StringComparison.Ordinal) ?? "",
        Kind.MariaDbGtid =>
            string.Join(',', MissingDomains(place, _pair.Replica.Client.QueryScalar("SELECT @@GLOBAL.gtid_slave_pos", _token) ?? "")),
        _ => FindChannel() is { } channel ? $"{AppliedTo(channel)} to {place}" : place,
    };

    /// <summary>
    /// Waits for <see cref="HasReached"/>. A replica that has not come there within a minute is not waited for again:
    /// <see cref="IsApplying"/> turns false.
    /// </summary>
    /// <param name="place">The place; null for none, which is never reached.</param>
    /// <param name="patience">How long to wait instead.</param>
    public bool Wait(string? place, TimeSpan? patience = null)
    {
        if (place == null || !IsApplying)
            return false;
        var clock = Stopwatch.StartNew();
        for (int pause = 1; ; pause = Math.Min(pause * 2, 100))
        {
            if (HasReached(place))
                return true;
            if (clock.Elapsed > (patience ?? LongestWait))
                return IsApplying = false;
            if (_token.WaitHandle.WaitOne(pause))
                _token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>What of a MariaDB GTID position the other has not reached: one GTID a domain.</summary>
    public static List<string> MissingDomains(string wanted, string reached) =>
        [.. MariaDbPosition.Parse(wanted).Beyond(MariaDbPosition.Parse(reached)).Select(g => g.ToString())];

    private static LogPosition AppliedTo(Dictionary<string, string?> channel) =>
        LogPosition.Parse($"{channel["Relay_Source_Log_File"]}:{channel["Exec_Source_Log_Pos"]}");

    private static TimeSpan? LagOf(Dictionary<string, string?> channel)
    {
        if (!double.TryParse(channel.GetValueOrDefault("Seconds_Behind_Source"), CultureInfo.InvariantCulture, out double seconds))
            return null;
        double.TryParse(channel.GetValueOrDefault("SQL_Delay"), CultureInfo.InvariantCulture, out double delay);
        return TimeSpan.FromSeconds(Math.Max(0, seconds - delay));
    }

    private Dictionary<string, string?>? FindChannel()
    {
        List<Dictionary<string, string?>> channels = _pair.Replica.ReadReplicaStatus();
        string? id = _pair.Source.Variable("server_id");
        return channels.Find(c => c.GetValueOrDefault("Source_Server_Id") == id) ?? channels.FirstOrDefault();
    }
}
