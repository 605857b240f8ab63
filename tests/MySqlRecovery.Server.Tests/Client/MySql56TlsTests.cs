using MySqlRecovery.Client;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

/// <summary>The TLS of MySQL 5.6 (yaSSL) lacks secure renegotiation, without which OpenSSL 3 talks to nobody.</summary>
public sealed class MySql56TlsTests(MySql56TlsFixture fixture) : IClassFixture<MySql56TlsFixture>
{
    [Theory]
    [InlineData(SslMode.Preferred)]
    [InlineData(SslMode.Required)]
    public void A_TLS_that_is_too_old_is_told_with_the_way_out(SslMode mode)
    {
        fixture.Server.Sql("GRANT USAGE ON *.* TO old@'%' IDENTIFIED BY 'Tls-passw0rd'");
        ConnectionOptions options = fixture.Server.TcpOptions("old", "Tls-passw0rd", mode);
        RecoveryException refused = Assert.Throws<RecoveryException>(() => options.Open());
        Assert.Equal("ServerTlsFailed", refused.ErrorId);
        Assert.Contains("-SslMode Disabled", refused.RecommendedAction);

        options.SslMode = SslMode.Disabled;
        using ServerConnection connection = options.Open();
        Assert.False(connection.IsTls);
    }
}
