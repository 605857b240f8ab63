using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

[Collection(MySqlLive.Name)]
public sealed class MySqlWireUndoTests(MySqlLiveFixture fixture) : WireUndoTests(fixture)
{
    protected override IEnumerable<string> Setup => AllTypes.Read("schema", "rows", "schema-9", "rows-9");

    protected override string Damage => string.Concat(AllTypes.Read("damage", "damage-9"));
}
