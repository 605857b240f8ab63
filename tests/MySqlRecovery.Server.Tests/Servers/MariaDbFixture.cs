namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>A MariaDB with the default settings, shared by the tests of a class.</summary>
public sealed class MariaDbFixture() : ServerFixture(ServerFlavour.MariaDb);

/// <summary>The same of MariaDB 11.8.</summary>
public sealed class MariaDb118Fixture() : ServerFixture(ServerFlavour.MariaDb118);
