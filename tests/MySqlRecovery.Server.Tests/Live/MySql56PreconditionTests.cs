using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

[Collection(MySql56Live.Name)]
public sealed class MySql56PreconditionTests(MySql56LiveFixture fixture) : PreconditionTests(fixture);
