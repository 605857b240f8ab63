using System.Globalization;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Restore;

/// <summary>
/// A server that dies while rows are restored, and a replica that follows: what was committed is there, and going on comes to
/// the same end. RESTORE_KILLS says how often each server dies (2 by default), RESTORE_SEED with which incident it starts.
/// </summary>
public sealed class KilledServerTests
{
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("RESTORE_KILLS") ?? "2", CultureInfo.InvariantCulture);
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("RESTORE_SEED") ?? "1", CultureInfo.InvariantCulture);

    [Theory]
    [MemberData(nameof(ServerFlavours.All), MemberType = typeof(ServerFlavours))]
    public void A_server_that_is_killed_anywhere_and_started_again_comes_to_the_same_end(ServerFlavour flavour)
    {
        using MySqlServer server = MySqlServer.Start(flavour, "innodb-flush-log-at-trx-commit=1", "sync-binlog=1");
        int deaths = 0;
        for (int seed = Seed; deaths < Count; seed++)
        {
            var incident = new RandomIncident(server, seed);
            Dictionary<string, string> before = incident.State();
            string log = incident.Damage();
            int at = new Random(seed).Next(2, 30);
            bool isDead = false;
            var killed = new Restoring(server, log)
            {
                Options = incident.Options,
                Wrap = c => new BetweenCommands(c, n =>
                {
                    if (n != at)
                        return;
                    server.Kill();
                    isDead = true;
                }),
            };
            try
            {
                killed.Run();
            }
            catch (RecoveryException e)
            {
                Assert.True(e.ErrorId is "ServerConnectionLost" or "ServerProtocolError", $"seed {seed}: {e}");
            }

            if (!isDead)
                continue;
            deaths++;
            server.Start();
            new Restoring(server, log) { Options = incident.Options }.Run();
            RandomIncident.AssertSame(before, incident.State(), seed);
        }
    }
}
