namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>A MySQL 5.6 with the default settings, shared by the tests of a class.</summary>
public sealed class MySql56Fixture() : ServerFixture(ServerFlavour.MySql56);
