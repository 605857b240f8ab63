using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Client;

/// <summary>A server with certificates of the test's own authority.</summary>
public abstract class TlsFixture(ServerFlavour flavour) : IDisposable
{
    private MySqlServer? _server;

    internal TestCertificates Certificates { get; } = new();

    public MySqlServer Server => _server ??= MySqlServer.Start(flavour, Certificates.Settings);

    public void Dispose()
    {
        _server?.Dispose();
        Certificates.Dispose();
        GC.SuppressFinalize(this);
    }
}
