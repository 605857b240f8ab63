using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Live;

/// <summary>A server that takes rows of more than 64 MiB.</summary>
public sealed class MariaDbLiveFixture() : ServerFixture(ServerFlavour.MariaDb, "max-allowed-packet=256M");
