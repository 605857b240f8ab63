using MySqlRecovery.Server.Tests.Binlog;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Consistency;
using MySqlRecovery.Server.Tests.Live;
using MySqlRecovery.Server.Tests.Logs;
using MySqlRecovery.Server.Tests.Schema;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests;

/// <summary>One MariaDB 10.11 with the default settings for all tests that can share it, one after the other.</summary>
[CollectionDefinition]
public sealed class MariaDbServers : ICollectionFixture<MariaDbFixture>, ICollectionFixture<MariaDbTlsFixture>;

/// <summary>One source and its replica for tests that look at databases of their own.</summary>
[CollectionDefinition]
public sealed class MariaDbPairs : ICollectionFixture<MariaDbPairFixture>;

public sealed class MariaDbTlsFixture() : TlsFixture(ServerFlavour.MariaDb);

/// <summary>With its own GTIDs.</summary>
public sealed class MariaDbPairFixture() : ReplicationPairFixture(ServerFlavour.MariaDb);

[Collection<MariaDbServers>]
public sealed class MariaDbGtidFactTests(MariaDbFixture fixture) : GtidFactTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbLookAheadTests(MariaDbFixture fixture) : LookAheadTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbQueryTests(MariaDbFixture fixture) : ServerQueryTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbDumpTests(MariaDbFixture fixture) : ServerDumpTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbAuthenticationTests(MariaDbFixture fixture) : MariaDbAccountTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbTlsTests(MariaDbTlsFixture fixture) : ServerTlsTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbSchemaTests(MariaDbFixture fixture) : MariaDbTableTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbPreconditionTests(MariaDbFixture fixture) : PreconditionTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbServerLogTests(MariaDbFixture fixture) : ServerLogTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbWireUndoTests(MariaDbFixture fixture) : MariaDbTypesWireUndoTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbCascadeTests(MariaDbFixture fixture) : CascadeTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbHardCaseTests(MariaDbFixture fixture) : HardCaseTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbFlashbackTests(MariaDbFixture fixture) : FlashbackTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbKinTests(MariaDbFixture fixture) : KinTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbVersionedTableTests(MariaDbFixture fixture) : VersionedTableTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbRenamedTableTests(MariaDbFixture fixture) : RenamedTableTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbChoiceTests(MariaDbFixture fixture) : ChoiceTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbLaterStatementTests(MariaDbFixture fixture) : LaterStatementTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbKeylessLaterTests(MariaDbFixture fixture) : KeylessLaterTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbLeftOutStatementTests(MariaDbFixture fixture) : LeftOutStatementTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbCollationTests(MariaDbFixture fixture) : CollationTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbLiveDefinitionTests(MariaDbFixture fixture) : LiveDefinitionTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbLeftOutRowTests(MariaDbFixture fixture) : LeftOutRowTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbRowImageTests(MariaDbFixture fixture) : RowImageTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbDdlTests(MariaDbFixture fixture) : DdlTests(fixture);

[Collection<MariaDbPairs>]
public sealed class MariaDbKeyOrderTests(MariaDbPairFixture fixture) : KeyOrderTests(fixture);

[Collection<MariaDbPairs>]
public sealed class MariaDbDataTests(MariaDbPairFixture fixture) : DataTests(fixture);

[Collection<MariaDbPairs>]
public sealed class MariaDbStructureTests(MariaDbPairFixture fixture) : StructureTests(fixture);

[Collection<MariaDbPairs>]
public sealed class MariaDbTrafficTests(MariaDbPairFixture fixture) : TrafficTests(fixture);

[Collection<MariaDbServers>]
public sealed class MariaDbOwnEventTests(MariaDbFixture fixture) : MariaDbEventTests(fixture);

public sealed class MariaDbLogTests(MariaDbPairFixture fixture) : LogTests(fixture), IClassFixture<MariaDbPairFixture>
{
    private protected override string OwnWay => "SET GLOBAL log_bin_compress = ON; SET GLOBAL slave_parallel_threads = 4";
}
