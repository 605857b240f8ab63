namespace MySqlRecovery.Server.Tests.Servers;

/// <summary>The current MySQL with the default settings, shared by the tests of a class.</summary>
public sealed class MySqlFixture() : ServerFixture(ServerFlavour.MySql);
