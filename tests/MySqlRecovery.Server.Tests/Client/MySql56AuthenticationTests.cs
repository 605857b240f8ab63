using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

[Collection<MySql56Servers>]
public sealed class MySql56AuthenticationTests(MySql56Fixture fixture) : ServerAuthenticationTests(fixture)
{
    [Fact]
    public void Sha256_password_without_TLS_and_without_key_sends_nothing()
    {
        string user = CreateUser("IDENTIFIED WITH sha256_password");
        Server.Sql($"SET old_passwords = 2; SET PASSWORD FOR {user}@'%' = PASSWORD('Sha256-password')");
        RecoveryException refused = AssertRefused("ServerAuthenticationFailed", Server.TcpOptions(user, "Sha256-password"));
        Assert.Contains("needs TLS", refused.Message);
    }

    [Fact]
    public void A_server_without_TLS_is_told_where_TLS_is_required()
    {
        string user = CreateUser("");
        RecoveryException refused = AssertRefused("ServerTlsFailed", Server.TcpOptions(user, mode: SslMode.Required));
        Assert.Contains("offers no TLS", refused.Message);
    }

    [Fact]
    public void A_password_of_MySQL_40_is_not_supported_and_says_so()
    {
        using MySqlServer server = MySqlServer.Start(ServerFlavour.MySql56, "secure-auth=OFF");
        server.Sql("CREATE USER old@'%' IDENTIFIED WITH mysql_old_password; SET old_passwords = 1; "
            + "SET PASSWORD FOR old@'%' = OLD_PASSWORD('0ld-Passw0rd')");
        RecoveryException refused = AssertRefused("ServerAuthenticationUnsupported", server.TcpOptions("old", "0ld-Passw0rd"));
        Assert.Contains("mysql_old_password", refused.Message);
    }
}
