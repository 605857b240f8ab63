using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Live;

[Collection(MySql56Live.Name)]
public sealed class MySql56ServerLogTests(MySql56LiveFixture fixture) : ServerLogTests(fixture)
{
    protected override string GtidQuery => "SELECT @@global.gtid_executed";

    [Fact]
    public void Without_GTIDs_every_event_is_a_place_to_start_at_too()
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql56, "gtid-mode=OFF", "enforce-gtid-consistency=OFF");
        Write(server);
        server.FlushLogs();
        AssertPlaces(server, server.BinlogFiles[^2]);
    }
}
