using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>The current MySQL, with GTIDs.</summary>
public sealed class MySqlPairFixture() : ReplicationPairFixture(ServerFlavour.MySql);
