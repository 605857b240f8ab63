using MySqlRecovery.Server;

namespace MySqlRecovery.Schema;

/// <summary>
/// Has a session show definitions in one form and in full, whatever its settings: plain quotes, table options, and the
/// primary key that MySQL 8.0.30+ generates. Puts them back at the end, for the connection may be the user's own.
/// </summary>
internal sealed class SchemaSession : IDisposable
{
    private readonly IQueryClient _client;
    private readonly string _settings;

    public SchemaSession(IQueryClient client, CancellationToken token)
    {
        const string Full =
            "SET SESSION sql_mode = '', sql_quote_show_create = 1 /*!80030 , show_gipk_in_create_table_and_information_schema = 1 */";
        _client = client;
        string?[] settings = client.QueryAll(
            "SELECT @@SESSION.sql_mode, @@SESSION.sql_quote_show_create /*!80030 , "
                + "@@SESSION.show_gipk_in_create_table_and_information_schema */", token)[0];
        string key = settings.Length > 2 ? $", show_gipk_in_create_table_and_information_schema = {settings[2]}" : "";
        _settings = $"SET SESSION sql_mode = '{settings[0]}', sql_quote_show_create = {settings[1]}{key}";
        client.Execute(Full, token);
    }

    public void Dispose()
    {
        try
        {
            _client.Execute(_settings, CancellationToken.None);
        }
        catch (Model.RecoveryException)
        {
            // The connection is gone, and the settings with it; what ended it is thrown where it was noticed.
        }
    }
}
