using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>MariaDB, with its own GTIDs.</summary>
public sealed class MariaDbPairFixture() : ReplicationPairFixture(ServerFlavour.MariaDb);
