using MySqlRecovery.Client.Tests.Fakes;

namespace MySqlRecovery.Client.Tests;

public sealed class ServerAddressTests
{
    [Theory]
    [InlineData("db1", "db1", null, "db1:3306")]
    [InlineData(" db1.example.com:3307 ", "db1.example.com", 3307, "db1.example.com:3307")]
    [InlineData("10.0.0.7:3310", "10.0.0.7", 3310, "10.0.0.7:3310")]
    [InlineData("::1", "::1", null, "[::1]:3306")]
    [InlineData("[::1]", "::1", null, "[::1]:3306")]
    [InlineData("[fe80::1]:3307", "fe80::1", 3307, "[fe80::1]:3307")]
    public void A_host_may_have_a_port(string text, string host, int? port, string server)
    {
        ConnectionOptions options = ServerAddress.Parse(text);
        Assert.Equal((host, port, null, server), (options.Host, options.Port, options.Socket, options.Server));
    }

    [Fact]
    public void A_path_is_a_socket()
    {
        ConnectionOptions options = ServerAddress.Parse("/run/mysqld/mysqld.sock");
        Assert.True(options.UsesSocket);
        Assert.Equal("/run/mysqld/mysqld.sock", options.ToString());
    }

    [Fact]
    public void A_connection_string_has_the_usual_names()
    {
        ConnectionOptions options = ServerAddress.Parse(
            "Server=db1;Port=3307;User ID=ann;Password=\"a;b='c'\";Database=shop;SslMode=VerifyFull;SslCa=/etc/ca.pem;SslCert=c.pem;" +
            "Ssl-Key=k.pem;AllowPublicKeyRetrieval=True;Connection Timeout=5;Default Command Timeout=0");
        Assert.Equal(("db1", 3307, "ann", "a;b='c'", "shop"),
            (options.Host, options.Port, options.User, options.Password, options.Database));
        Assert.Equal((SslMode.VerifyFull, "/etc/ca.pem", "c.pem", "k.pem"),
            (options.SslMode, options.SslCa, options.SslCert, options.SslKey));
        Assert.True(options.GetServerPublicKey);
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.Zero), (options.ConnectTimeout, options.CommandTimeout));
    }

    [Theory]
    [InlineData("host=h;uid=u;pwd=p", "h", "u", "p")]
    [InlineData("Data Source=h;Username=u;pwd=p", "h", "u", "p")]
    [InlineData("DATASOURCE=h;user=u;PASSWORD=p", "h", "u", "p")]
    [InlineData("Address=h;User Name=u;Password=p", "h", "u", "p")]
    public void The_names_have_synonyms(string text, string host, string user, string password)
    {
        ConnectionOptions options = ServerAddress.Parse(text);
        Assert.Equal((host, user, password), (options.Host, options.User, options.Password));
    }

    [Theory]
    [InlineData("None", SslMode.Disabled)]
    [InlineData("preferred", SslMode.Preferred)]
    [InlineData("REQUIRED", SslMode.Required)]
    [InlineData("VERIFY_CA", SslMode.VerifyCa)]
    [InlineData("VERIFY_IDENTITY", SslMode.VerifyFull)]
    public void The_modes_of_TLS_have_synonyms(string text, SslMode mode) =>
        Assert.Equal(mode, ServerAddress.Parse($"Server=h;SslMode={text}").SslMode);

    [Theory]
    [InlineData("")]
    [InlineData("db1:")]
    [InlineData("db1:0")]
    [InlineData("db1:65536")]
    [InlineData("db1:x")]
    [InlineData(":3306")]
    [InlineData("[::1")]
    [InlineData("[db1]:3306")]
    [InlineData("a:b:c")]
    [InlineData("two words")]
    [InlineData("ann@db1")]
    [InlineData("Server=db1;Port=99999")]
    [InlineData("Server=db1;SslMode=Sometimes")]
    [InlineData("Server=db1;SslMod=VerifyFull")]
    [InlineData("Server=db1;=x")]
    public void What_cannot_be_understood_is_an_error(string text) => Fail.With("ConnectionOptionInvalid", () => ServerAddress.Parse(text));

    [Theory]
    [InlineData("Server=db1;Password=Secret#42;Nonsense=1")]
    [InlineData("Server=db1;Password='Secret#42")]
    [InlineData("Server=db1;Port=Secret#42")]
    [InlineData("Secret#42@db1")]
    [InlineData("root:Secret#42@db1")]
    [InlineData("root:Secret#42@db1:3306")]
    [InlineData("mysql://root:Secret#42@db1:3306/shop")]
    [InlineData("jdbc:mysql://db1/?user=root&password=Secret#42")]
    [InlineData("db1:Secret#42")]
    [InlineData("[Secret#42]:3306")]
    [InlineData("root:Secret#42:db1")]
    public void An_error_does_not_repeat_what_may_be_a_password(string text) =>
        Fail.With("ConnectionOptionInvalid", () => ServerAddress.Parse(text));

    [Fact]
    public void Options_have_no_text_with_credentials()
    {
        var options = new ConnectionOptions { Host = "h", User = "ann", Password = "Secret#42" };
        Assert.Equal("h:3306", options.ToString());
    }
}
