using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

[Collection(MySql56Live.Name)]
public sealed class MySql56WireUndoTests(MySql56LiveFixture fixture) : WireUndoTests(fixture)
{
    protected override IEnumerable<string> Setup => AllTypes.Read("schema", "rows");

    protected override string Damage => AllTypes.Read("damage").Single();
}
