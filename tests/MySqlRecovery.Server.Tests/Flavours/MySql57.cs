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

/// <summary>One MySQL 5.7 with the default settings for all tests that can share it, one after the other.</summary>
[CollectionDefinition]
public sealed class MySql57Servers : ICollectionFixture<MySql57Fixture>, ICollectionFixture<MySql57TlsFixture>;

/// <summary>One source and its replica for tests that look at databases of their own.</summary>
[CollectionDefinition]
public sealed class MySql57Pairs : ICollectionFixture<MySql57PairFixture>;

public sealed class MySql57TlsFixture() : TlsFixture(ServerFlavour.MySql57);

/// <summary>With GTIDs.</summary>
public sealed class MySql57PairFixture() : ReplicationPairFixture(ServerFlavour.MySql57);

[Collection<MySql57Servers>]
public sealed class MySql57GtidFactTests(MySql57Fixture fixture) : GtidFactTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57LookAheadTests(MySql57Fixture fixture) : LookAheadTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57QueryTests(MySql57Fixture fixture) : ServerQueryTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57DumpTests(MySql57Fixture fixture) : ServerDumpTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57AuthenticationTests(MySql57Fixture fixture) : ServerAuthenticationTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57TlsTests(MySql57TlsFixture fixture) : ServerTlsTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57SchemaTests(MySql57Fixture fixture) : ServerSchemaTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57PreconditionTests(MySql57Fixture fixture) : PreconditionTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57ServerLogTests(MySql57Fixture fixture) : ServerLogTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57WireUndoTests(MySql57Fixture fixture) : WireUndoTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57CascadeTests(MySql57Fixture fixture) : CascadeTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57HardCaseTests(MySql57Fixture fixture) : HardCaseTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57KinTests(MySql57Fixture fixture) : KinTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57RenamedTableTests(MySql57Fixture fixture) : RenamedTableTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57ChoiceTests(MySql57Fixture fixture) : ChoiceTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57LaterStatementTests(MySql57Fixture fixture) : LaterStatementTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57KeylessLaterTests(MySql57Fixture fixture) : KeylessLaterTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57LeftOutStatementTests(MySql57Fixture fixture) : LeftOutStatementTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57CollationTests(MySql57Fixture fixture) : CollationTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57LiveDefinitionTests(MySql57Fixture fixture) : LiveDefinitionTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57LeftOutRowTests(MySql57Fixture fixture) : LeftOutRowTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57RowImageTests(MySql57Fixture fixture) : RowImageTests(fixture);

[Collection<MySql57Servers>]
public sealed class MySql57DdlTests(MySql57Fixture fixture) : DdlTests(fixture);

[Collection<MySql57Pairs>]
public sealed class MySql57KeyOrderTests(MySql57PairFixture fixture) : KeyOrderTests(fixture);

[Collection<MySql57Pairs>]
public sealed class MySql57DataTests(MySql57PairFixture fixture) : DataTests(fixture);

[Collection<MySql57Pairs>]
public sealed class MySql57StructureTests(MySql57PairFixture fixture) : StructureTests(fixture);

[Collection<MySql57Pairs>]
public sealed class MySql57TrafficTests(MySql57PairFixture fixture) : TrafficTests(fixture);

public sealed class MySql57LogTests(MySql57PairFixture fixture) : LogTests(fixture), IClassFixture<MySql57PairFixture>
{
    private protected override string OwnWay => "SET GLOBAL slave_parallel_workers = 2";
}
