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

    public void Dispose()
    {
        try
        {
            _client.Execute(_settings, CancellationToken.None);
        }
        catch (RecoveryException)
        {
            // The connection is gone, and the settings with it; what ended it is thrown where it was noticed.
        }
    }
}
