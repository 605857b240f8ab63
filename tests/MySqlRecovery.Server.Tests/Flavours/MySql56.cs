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

/// <summary>One MySQL 5.6 with the default settings for all tests that can share it, one after the other.</summary>
[CollectionDefinition]
public sealed class MySql56Servers : ICollectionFixture<MySql56Fixture>, ICollectionFixture<MySql56TlsFixture>;

/// <summary>One source and its replica for tests that look at databases of their own.</summary>
[CollectionDefinition]
public sealed class MySql56Pairs : ICollectionFixture<MySql56PairFixture>;

public sealed class MySql56TlsFixture() : TlsFixture(ServerFlavour.MySql56);

/// <summary>By file and position.</summary>
public sealed class MySql56PairFixture() : ReplicationPairFixture(ServerFlavour.MySql56);

[Collection<MySql56Servers>]
public sealed class MySql56GtidFactTests(MySql56Fixture fixture) : GtidFactTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56LookAheadTests(MySql56Fixture fixture) : LookAheadTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56QueryTests(MySql56Fixture fixture) : ServerQueryTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56DumpTests(MySql56Fixture fixture) : ServerDumpTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56SchemaTests(MySql56Fixture fixture) : ServerSchemaTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56PreconditionTests(MySql56Fixture fixture) : PreconditionTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56WireUndoTests(MySql56Fixture fixture) : WireUndoTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56CascadeTests(MySql56Fixture fixture) : CascadeTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56HardCaseTests(MySql56Fixture fixture) : HardCaseTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56KinTests(MySql56Fixture fixture) : KinTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56RenamedTableTests(MySql56Fixture fixture) : RenamedTableTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56ChoiceTests(MySql56Fixture fixture) : ChoiceTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56LaterStatementTests(MySql56Fixture fixture) : LaterStatementTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56KeylessLaterTests(MySql56Fixture fixture) : KeylessLaterTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56LeftOutStatementTests(MySql56Fixture fixture) : LeftOutStatementTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56CollationTests(MySql56Fixture fixture) : CollationTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56LiveDefinitionTests(MySql56Fixture fixture) : LiveDefinitionTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56LeftOutRowTests(MySql56Fixture fixture) : LeftOutRowTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56RowImageTests(MySql56Fixture fixture) : RowImageTests(fixture);

[Collection<MySql56Pairs>]
public sealed class MySql56KeyOrderTests(MySql56PairFixture fixture) : KeyOrderTests(fixture);

[Collection<MySql56Pairs>]
public sealed class MySql56DataTests(MySql56PairFixture fixture) : DataTests(fixture);

[Collection<MySql56Pairs>]
public sealed class MySql56StructureTests(MySql56PairFixture fixture) : StructureTests(fixture);

[Collection<MySql56Pairs>]
public sealed class MySql56TrafficTests(MySql56PairFixture fixture) : TrafficTests(fixture);

[Collection<MySql56Servers>]
public sealed class MySql56ServerLogTests(MySql56Fixture fixture) : ServerLogTests(fixture)
{
    [Fact]
    public void Without_GTIDs_every_event_is_a_place_to_start_at_too()
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql56, "gtid-mode=OFF", "enforce-gtid-consistency=OFF");
        Write(server);
        server.FlushLogs();
        AssertPlaces(server, server.BinlogFiles[^2]);
    }
}

/// <summary>With a filter, which this version takes from the option file only.</summary>
public sealed class MySql56FilteringPairFixture() : ReplicationPairFixture(ServerFlavour.MySql56, "replicate-ignore-table=filtered.audit");

public sealed class MySql56LogTests(MySql56FilteringPairFixture fixture) : LogTests(fixture), IClassFixture<MySql56FilteringPairFixture>
{
    private protected override string OwnWay => "SET GLOBAL slave_parallel_workers = 2";
}
