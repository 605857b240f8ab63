using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Client;

public sealed class MySql56TlsFixture() : TlsFixture(ServerFlavour.MySql56);
