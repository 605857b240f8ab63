using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Consistency;

/// <summary>MySQL 5.6, with a filter: it takes them from the option file only.</summary>
public sealed class FilteringPairFixture() : ReplicationPairFixture(ServerFlavour.MySql56, "replicate-ignore-table=filtered.audit");
