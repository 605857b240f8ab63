using MySqlRecovery.Client;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

public abstract class MariaDbAccountTests(ServerFixture fixture) : ServerAuthenticationTests(fixture)
{
    protected override string Identified(string plugin) => $"IDENTIFIED VIA {plugin} USING PASSWORD('{Password.Replace("'", "''")}')";

    [Fact]
    public void An_ed25519_signature_lets_in_and_a_wrong_one_does_not()
    {
        try
        {
            Server.Sql("INSTALL SONAME 'auth_ed25519'");
        }
        catch (InvalidOperationException missing)
        {
            Assert.Skip($"This server has no ed25519 plugin: {missing.Message}");
        }

        string user = CreateUser(Identified("ed25519"));
        AssertIsUser(user, Server.TcpOptions(user, Password));
        AssertRefused("ServerAuthenticationFailed", Server.TcpOptions(user, Password + "x"));
    }

    [Fact]
    public void Unix_socket_takes_the_user_of_the_operating_system()
    {
        string account = $"'{Environment.UserName}'@localhost";
        Server.Sql($"CREATE USER IF NOT EXISTS {account}; ALTER USER {account} IDENTIFIED VIA unix_socket");
        AssertIsUser(Environment.UserName, new ConnectionOptions { Socket = Server.SocketPath });
    }

    [Fact]
    public void An_account_with_two_plugins_tries_the_second()
    {
        string user = CreateUser($"IDENTIFIED VIA unix_socket OR {Identified("mysql_native_password")["IDENTIFIED VIA ".Length..]}");
        AssertIsUser(user, new ConnectionOptions { Socket = Server.SocketPath, User = user, Password = Password });
        AssertIsUser(user, Server.TcpOptions(user, Password));
    }

    [Fact]
    public void A_locked_account_is_named_as_such()
    {
        string user = CreateUser(NativeIdentified);
        Server.Sql($"ALTER USER {user}@'%' ACCOUNT LOCK");
        AssertRefused("ServerAccountLocked", Server.TcpOptions(user, Password));
    }
}
