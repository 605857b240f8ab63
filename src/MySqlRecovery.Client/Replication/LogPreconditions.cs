using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Client.Replication;

/// <summary>
/// What a server must be set to for its binlogs to give data back, said before they are read, and why it refuses to send
/// them, with the statement that sets it right for the future.
/// </summary>
internal sealed class LogPreconditions
{
    private readonly string _server;
    private readonly ServerAdvice _advice;
    private readonly Dictionary<string, string> _settings;

    /// <summary>Asks a server for its settings.</summary>
    public LogPreconditions(ServerConnection connection, CancellationToken stop)
    {
        const string Sql = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('log_bin', 'binlog_format', 'binlog_row_image', "
            + "'binlog_row_metadata', 'gtid_mode')";
        _server = connection.Server;
        _advice = new ServerAdvice(connection.Version);
        _settings = connection.QueryAll(Sql, stop).ToDictionary(row => row[0]!, row => row[1] ?? "", StringComparer.OrdinalIgnoreCase);
        Account = connection.QueryScalar("SELECT CURRENT_USER()", stop)!;
    }

    /// <summary>The account that the server takes the user for, <c>user@host</c>.</summary>
    public string Account { get; }

    /// <summary>What makes the log less than it could be.</summary>
    /// <param name="usesGtid">Whether something is chosen by GTID.</param>
    /// <exception cref="RecoveryException">BinlogDisabled: there is no log at all.</exception>
    public IEnumerable<string> Check(bool usesGtid)
    {
        if (_settings.GetValueOrDefault("log_bin") == "OFF")
            throw new RecoveryException(
                "BinlogDisabled", RecoveryErrorKind.NotSupported, "the server writes no binlog (log_bin is OFF)", _server,
                recommendedAction: _advice.EnableLog());
        if (Differs("binlog_format", "ROW") is { } format)
            yield return Say("binlog_format", format, "what sessions change is logged as statements, which cannot be undone", "ROW");

        // FULL_NODUP (MariaDB 11.4) leaves out of the after image only what the before image has.
        if (Differs("binlog_row_image", "FULL") is { } image && !image.Equals("FULL_NODUP", StringComparison.OrdinalIgnoreCase))
            yield return Say("binlog_row_image", image, "rows are logged in part, and not all changes can be undone", "FULL");
        if (Differs("binlog_row_metadata", "FULL") is { } metadata)
            yield return Say(
                "binlog_row_metadata", metadata, "the log does not name columns, which are taken from the server's present tables", "FULL");
        if (usesGtid && Differs("gtid_mode", "ON") is { } mode)
            yield return $"{_server}: gtid_mode is {mode}, so that transactions have no GTID to be chosen by. For the future: "
                + $"{_advice.EnableGtid()}";
    }

    /// <summary>That older files than one are gone.</summary>
    public string Purged(DateTime since, string oldest, DateTime begun) =>
        $"{_server}: what was logged from {since:u} to {begun:u} has been purged, {oldest} is the oldest binlog. For the future: "
            + $"{_advice.KeepLogs()}";

    /// <summary>That the files cannot be listed to find the right one.</summary>
    public string CannotList() =>
        $"{_server}: {Account} may not list the binlogs, so that all are read from the oldest. "
            + $"For the future: {_advice.GrantList(Account)}";

    /// <summary>A refusal of the server, with the statement that helps.</summary>
    public RecoveryException Explain(RecoveryException refusal) => refusal.ErrorId switch
    {
        "ServerPrivilegeMissing" => With(refusal, ServerAdvice.GrantDump(Account)),
        "BinlogPurged" => With(refusal, $"{refusal.RecommendedAction} To keep them longer in the future: {_advice.KeepLogs()}"),
        _ => refusal,
    };

    private string? Differs(string name, string wanted) =>
        _settings.TryGetValue(name, out string? value) && !value.Equals(wanted, StringComparison.OrdinalIgnoreCase) ? value : null;

    private string Say(string name, string value, string consequence, string better) =>
        $"{_server}: {name} is {value}: {consequence}. For the future: {_advice.Set(name, better)}";

    private static RecoveryException With(RecoveryException refusal, string action) =>
        new(refusal.ErrorId, refusal.Kind, refusal.Detail, refusal.Path, refusal.Offset, action, refusal);
}
