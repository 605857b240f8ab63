namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>A MariaDB with the default settings, shared by the tests of a class.</summary>
public sealed class MariaDbFixture() : ServerFixture(ServerFlavour.MariaDb);
