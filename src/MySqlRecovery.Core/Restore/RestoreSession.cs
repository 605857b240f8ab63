using MySqlRecovery.Model;
using MySqlRecovery.Output.Sql;
using MySqlRecovery.Server;

namespace MySqlRecovery.Restore;

/// <summary>
/// Gives a session the settings that undo SQL has, and puts its own back at the end, for the connection may be the user's.
/// </summary>
internal sealed class RestoreSession : IDisposable
{
    private static readonly string[] Variables =
    [
        "character_set_client", "character_set_results", "collation_connection", "time_zone", "sql_mode", "sql_auto_is_null",
        "sql_safe_updates", "foreign_key_checks",
    ];

    private readonly IQueryClient _client;
    private readonly string _settings;
    private bool _logsRows;
    private bool _isUnlogged;

    public RestoreSession(IQueryClient client, CancellationToken stop)
    {
        _client = client;
        string?[] values = client.QueryAll($"SELECT {string.Join(", ", Variables.Select(v => "@@SESSION." + v))}", stop)[0];
        _settings = "SET " + string.Join(", ", Variables.Select((v, i) => $"{v} = {(values[i] is { } value ? $"'{value}'" : "NULL")}")
            .Select(
                s =>
                    s.EndsWith("'0'", StringComparison.Ordinal) || s.EndsWith("'1'", StringComparison.Ordinal)
                    ? s.Replace("'", "", StringComparison.Ordinal) : s));
        foreach (string setting in SqlScriptWriter.Settings)
            client.Execute(setting, stop);
    }

    /// <summary>Has nothing be logged: what repairs a replica would be transactions that its source does not have.</summary>
    /// <returns>What is to be said where the account may not; else null.</returns>
    public string? StopLogging(CancellationToken stop)
    {
        const string Ask = "SHOW SESSION VARIABLES WHERE Variable_name IN ('log_bin', 'sql_log_bin') AND Value = 'ON'";
        if (_client.QueryAll(Ask, stop).Count < 2)
            return null;
        try
        {
            _client.Execute("SET SESSION sql_log_bin = 0", stop);
            _isUnlogged = true;
            return null;
        }
        catch (RecoveryException e) when (e.ErrorId is "ServerPrivilegeMissing" or "ServerQueryFailed")
        {
            return "The account may not turn logging off (sql_log_bin = 0), so that the repairs are in the replica's own log, as "
                + "transactions that its source does not have: that takes SESSION_VARIABLES_ADMIN (MariaDB: BINLOG ADMIN; before MySQL "
                + "8.0 SUPER).";
        }
    }

    /// <summary>
    /// Has rows be logged as such where the server logs statements, which it refuses for transactions that see what others
    /// commit meanwhile. Not within a transaction.
    /// </summary>
    /// <exception cref="RecoveryException">StatementLogging: the account may not change that.</exception>
    public void BeginWriting(CancellationToken stop)
    {
        const string Ask = "SHOW SESSION VARIABLES WHERE Variable_name IN ('binlog_format', 'log_bin', 'sql_log_bin') "
            + "AND Value IN ('STATEMENT', 'OFF')";
        if (_client.QueryAll(Ask, stop) is not [[_, "STATEMENT"]])
            return;
        try
        {
            _client.Execute("SET SESSION binlog_format = 'ROW'", stop);
            _logsRows = true;
        }
        catch (RecoveryException e) when (e.ErrorId is "ServerPrivilegeMissing" or "ServerQueryFailed")
        {
            throw new RecoveryException(
                "StatementLogging", RecoveryErrorKind.InvalidArgument,
                "the server logs statements (binlog_format=STATEMENT), and the account may not have its session log rows",
                _client.Server, inner: e,
                recommendedAction: "Set binlog_format to ROW or MIXED, or take an account with SESSION_VARIABLES_ADMIN (MariaDB: BINLOG "
                    + "ADMIN; before MySQL 8.0 SUPER).");
        }
    }

    public void Dispose()
    {
        try
        {
            if (_isUnlogged)
                _client.Execute("SET SESSION sql_log_bin = 1", CancellationToken.None);
            if (_logsRows)
                _client.Execute("SET SESSION binlog_format = 'STATEMENT'", CancellationToken.None);
            _client.Execute(_settings, CancellationToken.None);
        }
        catch (RecoveryException)
        {
            // The connection is gone, and the settings with it; what ended it is thrown where it was noticed.
        }
    }
}
