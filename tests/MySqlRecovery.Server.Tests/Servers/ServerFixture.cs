namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>
/// One server for all tests of a class or a collection, started by the first test that asks for it. A class that needs other
/// settings derives a fixture with those.
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

/// <summary>The current MySQL with the default settings.</summary>
public sealed class MySqlFixture() : ServerFixture(ServerFlavour.MySql);

/// <summary>A MySQL 5.7 with the default settings.</summary>
public sealed class MySql57Fixture() : ServerFixture(ServerFlavour.MySql57);

/// <summary>A MySQL 5.6 with the default settings.</summary>
public sealed class MySql56Fixture() : ServerFixture(ServerFlavour.MySql56);

/// <summary>A MariaDB 10.11 with the default settings.</summary>
public sealed class MariaDbFixture() : ServerFixture(ServerFlavour.MariaDb);

/// <summary>A MariaDB 11.8 with the default settings.</summary>
public sealed class MariaDb118Fixture() : ServerFixture(ServerFlavour.MariaDb118);
