using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Live;

/// <summary>A setting of a shared server that is put back at the end.</summary>
internal sealed class GlobalSetting : IDisposable
{
    private readonly MySqlServer _server;
    private readonly string _restore;

    public GlobalSetting(MySqlServer server, string name, string value)
    {
        _server = server;
        _restore = $"SET GLOBAL {name} = '{server.Scalar($"SELECT @@global.{name}")}'";
        server.Sql($"SET GLOBAL {name} = '{value}'");
    }

    public void Dispose() => _server.Sql(_restore);
}
