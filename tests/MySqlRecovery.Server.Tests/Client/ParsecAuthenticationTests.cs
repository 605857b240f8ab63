using MySqlRecovery.Client;
using MySqlRecovery.Client.Replication;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

/// <summary>The plugin that MariaDB has since 11.6.</summary>
[Collection<MariaDb118Servers>]
public sealed class ParsecAuthenticationTests(MariaDb118Fixture fixture)
{
    private const string Password = "P\u00e4ss;w=rd\"1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private MySqlServer Server => fixture.Server;

    [Theory]
    [InlineData(SslMode.Disabled)]
    [InlineData(SslMode.Required)]
    public void The_right_password_lets_in_and_a_wrong_one_does_not(SslMode mode)
    {
        string user = $"parsec{mode}";
        Server.Sql("INSTALL PLUGIN IF NOT EXISTS parsec SONAME 'auth_parsec'");
        Server.Sql($"CREATE USER {user}@'%' IDENTIFIED VIA parsec USING PASSWORD('{Password}'); "
            + $"GRANT REPLICATION SLAVE ON *.* TO {user}@'%'");

        using (ServerConnection connection = Server.TcpOptions(user, Password, mode).Open())
        {
            Assert.Equal(mode == SslMode.Required, connection.IsTls);
            Assert.StartsWith(user + "@", connection.QueryScalar("SELECT current_user()", Token));
        }

        using (BinlogDump dump = BinlogDump.Open(Server.TcpOptions(user, Password, mode), new BinlogDumpRequest(), Token))
            Assert.True(dump.Read(Token));

        RecoveryException refused = Assert.Throws<RecoveryException>(() => Server.TcpOptions(user, Password + "x", mode).Open());
        Assert.Equal("ServerAuthenticationFailed", refused.ErrorId);
    }
}
