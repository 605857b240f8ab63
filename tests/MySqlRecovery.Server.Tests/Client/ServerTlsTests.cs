using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

/// <summary>TLS with right and wrong certificates.</summary>
public abstract class ServerTlsTests(TlsFixture fixture)
{
    private static int _users;

    private TestCertificates Certificates => fixture.Certificates;

    private MySqlServer Server => fixture.Server;

    [Theory]
    [InlineData(SslMode.Disabled, false)]
    [InlineData(SslMode.Preferred, true)]
    [InlineData(SslMode.Required, true)]
    public void Without_verification_the_mode_alone_decides(SslMode mode, bool tls)
    {
        AssertTls(tls, Options(mode));
    }

    [Theory]
    [InlineData(SslMode.VerifyCa, "127.0.0.1")]
    [InlineData(SslMode.VerifyCa, "localhost")]
    [InlineData(SslMode.VerifyFull, "localhost")]
    public void The_right_authority_and_name_are_accepted(SslMode mode, string host)
    {
        ConnectionOptions options = Options(mode);
        (options.SslCa, options.Host) = (Certificates.Ca, host);
        AssertTls(true, options);
    }

    [Fact]
    public void An_authority_alone_means_that_it_is_verified()
    {
        ConnectionOptions options = Options(SslMode.Preferred);
        (options.SslMode, options.SslCa) = (null, Certificates.StrangersCa);
        AssertRefused(options, "not trusted");
    }

    [Theory]
    [InlineData(SslMode.VerifyCa)]
    [InlineData(SslMode.VerifyFull)]
    public void A_certificate_of_another_authority_is_refused(SslMode mode)
    {
        ConnectionOptions options = Options(mode);
        (options.SslCa, options.Host) = (Certificates.StrangersCa, "localhost");
        AssertRefused(options, "not trusted");
    }

    [Fact]
    public void A_certificate_that_the_operating_system_does_not_trust_is_refused()
    {
        AssertRefused(Options(SslMode.VerifyCa), "not trusted");
    }

    [Fact]
    public void A_certificate_for_another_host_is_refused()
    {
        ConnectionOptions options = Options(SslMode.VerifyFull);
        options.SslCa = Certificates.Ca;
        AssertRefused(options, "not for the host '127.0.0.1'");
    }

    [Fact]
    public void A_client_certificate_opens_an_account_that_requires_one()
    {
        ConnectionOptions options = Options(SslMode.Required, "REQUIRE X509");
        Assert.Equal("ServerAuthenticationFailed", Assert.Throws<RecoveryException>(() => options.Open()).ErrorId);
        (options.SslCert, options.SslKey) = (Certificates.ClientCert, Certificates.ClientKey);
        AssertTls(true, options);
    }

    [Fact]
    public void A_socket_has_TLS_only_where_it_is_required()
    {
        ConnectionOptions options = Server.SocketOptions();
        AssertTls(false, options);
        options.SslMode = SslMode.Required;
        AssertTls(true, options);
    }

    [Fact]
    public void Long_rows_pass_through_TLS()
    {
        using ServerConnection connection = Options(SslMode.Required).Open();
        using IQueryRows rows =
            connection.Query("SELECT REPEAT('0123456789abcdef', 3 * 65536 * 10)", TestContext.Current.CancellationToken);
        Assert.True(rows.Read());
        Assert.Equal(string.Concat(Enumerable.Repeat("0123456789abcdef", 3 * 65536 * 10)), rows.GetString(0));
    }

    private static void AssertTls(bool tls, ConnectionOptions options)
    {
        using ServerConnection connection = options.Open();
        Assert.Equal(tls, connection.IsTls);
        string? cipher = connection.QueryAll("SHOW STATUS LIKE 'Ssl_cipher'", TestContext.Current.CancellationToken)[0][1];
        Assert.Equal(tls, !string.IsNullOrEmpty(cipher));
    }

    private static void AssertRefused(ConnectionOptions options, string why)
    {
        RecoveryException refused = Assert.Throws<RecoveryException>(() => options.Open());
        Assert.Equal(("ServerTlsFailed", RecoveryErrorKind.ConnectionError), (refused.ErrorId, refused.Kind));
        Assert.Contains(why, refused.Message);
    }

    private ConnectionOptions Options(SslMode mode, string require = "")
    {
        string user = $"tls{Interlocked.Increment(ref _users)}";
        Server.Sql($"CREATE USER {user}@'%' IDENTIFIED BY 'Tls-passw0rd' {require}; CREATE USER {user}@localhost IDENTIFIED BY "
            + $"'Tls-passw0rd' {require}");
        ConnectionOptions options = Server.TcpOptions(user, "Tls-passw0rd", mode);
        options.GetServerPublicKey = true;
        return options;
    }
}
