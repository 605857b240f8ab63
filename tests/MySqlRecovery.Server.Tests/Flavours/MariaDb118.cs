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

/// <summary>One MariaDB 11.8 with the default settings for all tests that can share it, one after the other.</summary>
[CollectionDefinition]
public sealed class MariaDb118Servers : ICollectionFixture<MariaDb118Fixture>, ICollectionFixture<MariaDb118TlsFixture>;

/// <summary>One source and its replica for tests that look at databases of their own.</summary>
[CollectionDefinition]
public sealed class MariaDb118Pairs : ICollectionFixture<MariaDb118PairFixture>;

public sealed class MariaDb118TlsFixture() : TlsFixture(ServerFlavour.MariaDb118);

/// <summary>With its own GTIDs.</summary>
public sealed class MariaDb118PairFixture() : ReplicationPairFixture(ServerFlavour.MariaDb118);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118GtidFactTests(MariaDb118Fixture fixture) : GtidFactTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118LookAheadTests(MariaDb118Fixture fixture) : LookAheadTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118QueryTests(MariaDb118Fixture fixture) : ServerQueryTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118DumpTests(MariaDb118Fixture fixture) : ServerDumpTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118AuthenticationTests(MariaDb118Fixture fixture) : MariaDbAccountTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118TlsTests(MariaDb118TlsFixture fixture) : ServerTlsTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118SchemaTests(MariaDb118Fixture fixture) : MariaDbTableTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118PreconditionTests(MariaDb118Fixture fixture) : PreconditionTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118ServerLogTests(MariaDb118Fixture fixture) : ServerLogTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118CascadeTests(MariaDb118Fixture fixture) : CascadeTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118HardCaseTests(MariaDb118Fixture fixture) : HardCaseTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118NewLogTests(MariaDb118Fixture fixture) : NewMariaDbLogTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118FlashbackTests(MariaDb118Fixture fixture) : FlashbackTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118KinTests(MariaDb118Fixture fixture) : KinTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118VersionedTableTests(MariaDb118Fixture fixture) : VersionedTableTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118RenamedTableTests(MariaDb118Fixture fixture) : RenamedTableTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118ChoiceTests(MariaDb118Fixture fixture) : ChoiceTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118LaterStatementTests(MariaDb118Fixture fixture) : LaterStatementTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118KeylessLaterTests(MariaDb118Fixture fixture) : KeylessLaterTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118LeftOutStatementTests(MariaDb118Fixture fixture) : LeftOutStatementTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118CollationTests(MariaDb118Fixture fixture) : CollationTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118LiveDefinitionTests(MariaDb118Fixture fixture) : LiveDefinitionTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118LeftOutRowTests(MariaDb118Fixture fixture) : LeftOutRowTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118RowImageTests(MariaDb118Fixture fixture) : RowImageTests(fixture);

[Collection<MariaDb118Pairs>]
public sealed class MariaDb118KeyOrderTests(MariaDb118PairFixture fixture) : KeyOrderTests(fixture);

[Collection<MariaDb118Pairs>]
public sealed class MariaDb118DataTests(MariaDb118PairFixture fixture) : DataTests(fixture);

[Collection<MariaDb118Pairs>]
public sealed class MariaDb118StructureTests(MariaDb118PairFixture fixture) : StructureTests(fixture);

[Collection<MariaDb118Pairs>]
public sealed class MariaDb118TrafficTests(MariaDb118PairFixture fixture) : TrafficTests(fixture);

[Collection<MariaDb118Servers>]
public sealed class MariaDb118OwnEventTests(MariaDb118Fixture fixture) : MariaDbEventTests(fixture);

public sealed class MariaDb118LogTests(MariaDb118PairFixture fixture) : LogTests(fixture), IClassFixture<MariaDb118PairFixture>
{
    private protected override string OwnWay => "SET GLOBAL log_bin_compress = ON; SET GLOBAL slave_parallel_threads = 4";
}
