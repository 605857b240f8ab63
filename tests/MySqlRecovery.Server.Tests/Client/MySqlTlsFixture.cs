using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Client;

public sealed class MySqlTlsFixture() : TlsFixture(ServerFlavour.MySql);
