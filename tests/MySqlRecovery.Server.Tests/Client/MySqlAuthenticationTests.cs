using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

[Collection<MySqlServers>]
public sealed class MySqlAuthenticationTests(MySqlFixture fixture) : ServerAuthenticationTests(fixture)
{
    private string PublicKey => Path.Combine(Server.DataPath, "public_key.pem");

    [Fact]
    public void Caching_sha2_asks_once_for_the_password_and_then_knows_the_account()
    {
        string user = CreateUser(Identified("caching_sha2_password"));

        // The cache is empty: without TLS and without a key there is no safe way.
        RecoveryException unsafeWay = AssertRefused("ServerAuthenticationFailed", Server.TcpOptions(user, Password));
        Assert.Contains("needs TLS", unsafeWay.Message);

        AssertIsUser(user, Server.TcpOptions(user, Password, SslMode.Required));
        AssertIsUser(user, Server.TcpOptions(user, Password));
        AssertRefused("ServerAuthenticationFailed", Server.TcpOptions(user, Password + "x", SslMode.Required));
    }

    [Fact]
    public void Caching_sha2_takes_a_unix_socket_for_safe()
    {
        string user = CreateUser(Identified("caching_sha2_password"));
        AssertIsUser(user, new ConnectionOptions { Socket = Server.SocketPath, User = user, Password = Password });
    }

    [Theory]
    [InlineData("caching_sha2_password", true)]
    [InlineData("caching_sha2_password", false)]
    [InlineData("sha256_password", true)]
    [InlineData("sha256_password", false)]
    public void Without_TLS_the_password_goes_under_the_servers_public_key(string plugin, bool ask)
    {
        string user = CreateUser(Identified(plugin));
        ConnectionOptions options = Server.TcpOptions(user, Password);
        options.GetServerPublicKey = ask ? true : null;
        options.ServerPublicKeyPath = ask ? null : PublicKey;
        AssertIsUser(user, options);

        options.Password += "x";
        AssertRefused("ServerAuthenticationFailed", options);
    }

    [Fact]
    public void Sha256_password_goes_through_TLS_and_not_without()
    {
        string user = CreateUser(Identified("sha256_password"));
        AssertIsUser(user, Server.TcpOptions(user, Password, SslMode.Required));
        AssertRefused("ServerAuthenticationFailed", Server.TcpOptions(user, Password + "x", SslMode.Required));
        Assert.Contains("needs TLS", AssertRefused("ServerAuthenticationFailed", Server.TcpOptions(user, Password)).Message);
    }

    [Fact]
    public void A_locked_account_is_named_as_such()
    {
        string user = CreateUser(NativeIdentified);
        Server.Sql($"ALTER USER {user}@'%' ACCOUNT LOCK");
        AssertRefused("ServerAccountLocked", Server.TcpOptions(user, Password, SslMode.Required));
    }

    [Fact]
    public void Auth_socket_takes_the_user_of_the_operating_system()
    {
        Server.Sql("INSTALL PLUGIN auth_socket SONAME 'auth_socket.so'");
        string user = CreateUser($"IDENTIFIED WITH auth_socket AS '{Environment.UserName}'");
        AssertIsUser(user, new ConnectionOptions { Socket = Server.SocketPath, User = user });
        AssertRefused("ServerAuthenticationFailed", Server.TcpOptions(user));
    }

    [Fact]
    public void An_account_that_nobody_can_use_is_refused()
    {
        Server.Sql("INSTALL PLUGIN mysql_no_login SONAME 'mysql_no_login.so'");
        AssertRefused("ServerAuthenticationFailed", Server.TcpOptions(CreateUser("IDENTIFIED WITH mysql_no_login"), Password));
    }

    [Fact]
    public void An_account_that_requires_TLS_says_so()
    {
        string user = CreateUser("REQUIRE SSL");
        AssertRefused("ServerAuthenticationFailed", Server.TcpOptions(user));
        AssertIsUser(user, Server.TcpOptions(user, mode: SslMode.Required));
    }

    [Fact]
    public void A_server_that_takes_TLS_only_says_so()
    {
        string user = CreateUser("");
        Server.Sql("SET GLOBAL require_secure_transport = ON");
        try
        {
            RecoveryException refused = AssertRefused("ServerTlsFailed", Server.TcpOptions(user));
            Assert.Contains("-SslMode Required", refused.RecommendedAction);
        }
        finally
        {
            Server.Sql("SET GLOBAL require_secure_transport = OFF");
        }
    }

    [Fact]
    public void A_server_that_is_full_says_so()
    {
        string user = CreateUser("WITH MAX_USER_CONNECTIONS 1");
        using ServerConnection first = Server.TcpOptions(user).Open();
        AssertRefused("ServerConnectionLimit", Server.TcpOptions(user));
    }
}
