using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>MySQL 5.6, by file and position.</summary>
public sealed class MySql56PairFixture() : ReplicationPairFixture(ServerFlavour.MySql56);
