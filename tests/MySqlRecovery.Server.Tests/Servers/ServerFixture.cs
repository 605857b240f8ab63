namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>
/// One server for all tests of a class, started by the first test that asks for it. A class that needs other settings
/// derives a fixture with those.
/// </summary>
public abstract class ServerFixture(ServerFlavour flavour, params string[] settings) : IDisposable
{
    private MySqlServer? _server;

    /// <summary>The running server; where there is none, the test that asks is skipped.</summary>
    public MySqlServer Server => _server ??= MySqlServer.Start(flavour, settings);

    public void Dispose()
    {
        _server?.Dispose();
        GC.SuppressFinalize(this);
    }
}
