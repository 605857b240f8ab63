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

/// <summary>One current MySQL with the default settings for all tests that can share it, one after the other.</summary>
[CollectionDefinition]
public sealed class MySqlServers : ICollectionFixture<MySqlFixture>, ICollectionFixture<MySqlTlsFixture>;

/// <summary>One source and its replica for tests that look at databases of their own.</summary>
[CollectionDefinition]
public sealed class MySqlPairs : ICollectionFixture<MySqlPairFixture>;

public sealed class MySqlTlsFixture() : TlsFixture(ServerFlavour.MySql);

/// <summary>With GTIDs.</summary>
public sealed class MySqlPairFixture() : ReplicationPairFixture(ServerFlavour.MySql);

[Collection<MySqlServers>]
public sealed class MySqlGtidFactTests(MySqlFixture fixture) : GtidFactTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlLookAheadTests(MySqlFixture fixture) : LookAheadTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlQueryTests(MySqlFixture fixture) : ServerQueryTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlTlsTests(MySqlTlsFixture fixture) : ServerTlsTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlServerLogTests(MySqlFixture fixture) : ServerLogTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlWireUndoTests(MySqlFixture fixture) : WireUndoTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlKinTests(MySqlFixture fixture) : KinTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlRenamedTableTests(MySqlFixture fixture) : RenamedTableTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlChoiceTests(MySqlFixture fixture) : ChoiceTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlLaterStatementTests(MySqlFixture fixture) : LaterStatementTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlKeylessLaterTests(MySqlFixture fixture) : KeylessLaterTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlLeftOutStatementTests(MySqlFixture fixture) : LeftOutStatementTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlCollationTests(MySqlFixture fixture) : CollationTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlLiveDefinitionTests(MySqlFixture fixture) : LiveDefinitionTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlLeftOutRowTests(MySqlFixture fixture) : LeftOutRowTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlRowImageTests(MySqlFixture fixture) : RowImageTests(fixture);

[Collection<MySqlServers>]
public sealed class MySqlDdlTests(MySqlFixture fixture) : DdlTests(fixture);

[Collection<MySqlPairs>]
public sealed class MySqlKeyOrderTests(MySqlPairFixture fixture) : KeyOrderTests(fixture);

[Collection<MySqlPairs>]
public sealed class MySqlDataTests(MySqlPairFixture fixture) : DataTests(fixture);

[Collection<MySqlPairs>]
public sealed class MySqlStructureTests(MySqlPairFixture fixture) : StructureTests(fixture);

[Collection<MySqlPairs>]
public sealed class MySqlTrafficTests(MySqlPairFixture fixture) : TrafficTests(fixture);
