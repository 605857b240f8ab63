using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MySqlRecovery.Client.Protocol;
using MySqlRecovery.Client.Tests.Fakes;
using MySqlRecovery.IO;

namespace MySqlRecovery.Client.Tests.Authentication;

public sealed class AuthenticationTests
{
    private static readonly byte[] Password = "Secret#42"u8.ToArray();
    private static readonly byte[] OtherChallenge = Encoding.ASCII.GetBytes("zyxwvutsrqponmlkjihg");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_response_names_user_database_plugin_and_program_and_hides_the_password()
    {
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting());
            byte[] response = s.Read();
            Assert.Equal(("tester", "shop", "mysql_native_password"), Parse(response, out byte[] answer));
            Assert.True(NativeMatches(answer, FakeSession.Challenge));
            Assert.Contains("MySqlRecovery", Encoding.ASCII.GetString(response));
            Assert.Equal(-1, response.AsSpan().IndexOf(Password));
            s.Write(FakeSession.OkPayload);
            s.WaitForEnd();
        });
        ConnectionOptions options = server.Options;
        options.Database = "shop";
        using ServerConnection connection = ServerConnection.Open(options, Token);
        Assert.Equal(7u, connection.ConnectionId);
        Assert.Equal(new Version(8, 0, 99), connection.Version);
    }

    [Fact]
    public void A_switch_to_another_plugin_is_followed_once()
    {
        using var server = new FakeServer(
            s =>
            {
                s.Write(FakeSession.Greeting("some_plugin_from_the_future"));
                s.Read();
                s.Write([0xFE, .. "mysql_native_password\0"u8, .. OtherChallenge, 0]);
                Assert.True(NativeMatches(s.Read(), OtherChallenge));
                s.Write(FakeSession.OkPayload);
                s.WaitForEnd();
            },
            s =>
            {
                s.Write(FakeSession.Greeting());
                s.Read();
                s.Write([0xFE, .. "mysql_native_password\0"u8, .. OtherChallenge, 0]);
                s.Read();
                s.Write([0xFE, .. "mysql_native_password\0"u8, .. OtherChallenge, 0]);
            });
        ServerConnection.Open(server.Options, Token).Dispose();
        Fail.ToOpen("ServerProtocolError", server.Options);
    }

    [Theory]
    [InlineData("authentication_kerberos_client\0", "authentication_kerberos_client")]
    [InlineData("", "mysql_old_password")]
    public void A_plugin_that_we_do_not_know_is_named(string request, string named)
    {
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting());
            s.Read();
            s.Write([0xFE, .. Encoding.ASCII.GetBytes(request)]);
        });
        Assert.Contains($"'{named}'", Fail.ToOpen("ServerAuthenticationUnsupported", server.Options).Message);
    }

    [Theory]
    [InlineData("mysql_clear_password", false)]
    [InlineData("mysql_clear_password", true)]
    [InlineData("sha256_password", false)]
    [InlineData("sha256_password", true)]
    public void A_server_that_asks_for_the_password_without_TLS_does_not_get_it(string plugin, bool bySwitch)
    {
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting(bySwitch ? "mysql_native_password" : plugin));
            if (bySwitch)
            {
                s.Read();
                s.Write([0xFE, .. Encoding.ASCII.GetBytes(plugin), 0, .. OtherChallenge, 0]);
            }

            s.WaitForEnd();
            Assert.Equal(-1, s.Received.ToArray().AsSpan().IndexOf(Password));
        });
        Assert.Contains("TLS", Fail.ToOpen("ServerAuthenticationFailed", server.Options).Message);
    }

    [Theory]
    [InlineData("mysql_clear_password")]
    [InlineData("sha256_password")]
    [InlineData("caching_sha2_password")]
    public void Through_TLS_the_password_goes_as_it_is(string plugin)
    {
        using X509Certificate2 certificate = TestCertificate();
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting(plugin, FakeSession.Classic | Capabilities.Ssl));
            byte[] request = s.Read();
            Assert.Equal(32, request.Length);
            s.StartTls(certificate);
            Parse(s.Read(), out byte[] answer);
            if (plugin == "caching_sha2_password")
            {
                s.Write([1, 4]);
                answer = s.Read();
            }

            Assert.Equal([.. Password, 0], answer);
            s.Write(FakeSession.OkPayload);
            s.WaitForEnd();
        });
        using ServerConnection connection = ServerConnection.Open(server.Options, Token);
        Assert.True(connection.IsTls);
    }

    [Theory]
    [InlineData("sha256_password")]
    [InlineData("caching_sha2_password")]
    public void The_key_of_the_server_hides_the_password_if_it_may_be_asked_for(string plugin)
    {
        using var key = RSA.Create(2048);
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting(plugin));
            Parse(s.Read(), out byte[] answer);
            if (plugin == "caching_sha2_password")
            {
                s.Write([1, 4]);
                answer = s.Read();
            }

            Assert.Equal([(byte)(plugin == "sha256_password" ? 1 : 2)], answer);
            s.Write([1, .. Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem())]);
            byte[] secret = key.Decrypt(s.Read(), RSAEncryptionPadding.OaepSHA1);
            for (int i = 0; i < secret.Length; i++)
                secret[i] ^= FakeSession.Challenge[i % 20];
            Assert.Equal([.. Password, 0], secret);
            s.Write(FakeSession.OkPayload);
            s.WaitForEnd();
        });
        ConnectionOptions options = server.Options;
        options.GetServerPublicKey = true;
        ServerConnection.Open(options, Token).Dispose();
    }

    [Fact]
    public void A_key_that_is_none_is_an_error()
    {
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting("sha256_password"));
            s.Read();
            s.Write([1, .. "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"u8]);
        });
        ConnectionOptions options = server.Options;
        options.GetServerPublicKey = true;
        Fail.ToOpen("ServerAuthenticationFailed", options);
    }

    [Fact]
    public void What_a_server_sends_ahead_of_TLS_does_not_count()
    {
        using X509Certificate2 certificate = TestCertificate();
        using var server = new FakeServer(s =>
        {
            byte[] greeting = FakeSession.Greeting(capabilities: FakeSession.Classic | Capabilities.Ssl);
            s.WriteRaw([(byte)greeting.Length, 0, 0, 0, .. greeting, 7, 0, 0, 2, .. FakeSession.OkPayload]);
            s.WaitForEnd();
        });
        Assert.Contains("before TLS", Fail.ToOpen("ServerProtocolError", server.Options).Message);
    }

    [Fact]
    public void A_server_without_TLS_is_refused_where_TLS_is_required()
    {
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting());
            s.WaitForEnd();
            Assert.Empty(s.Received);
        });
        ConnectionOptions options = server.Options;
        options.SslMode = SslMode.Required;
        Fail.ToOpen("ServerTlsFailed", options);
    }

    [Fact]
    public void An_exchange_without_end_is_an_error()
    {
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting("caching_sha2_password"));
            s.Read();
            for (int i = 0; i < 50; i++)
                s.Write([1, 3]);
            s.WaitForEnd();
        });
        Assert.Contains("did not end", Fail.ToOpen("ServerProtocolError", server.Options).Message);
    }

    [Theory]
    [InlineData(1045, "ServerAuthenticationFailed")]
    [InlineData(1862, "ServerPasswordExpired")]
    [InlineData(3118, "ServerAccountLocked")]
    [InlineData(4151, "ServerAccountLocked")]
    [InlineData(1044, "ServerPrivilegeMissing")]
    [InlineData(3159, "ServerTlsFailed")]
    public void A_refusal_has_the_id_of_its_reason(int code, string errorId)
    {
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting());
            s.Read();
            s.Write(FakeSession.ErrorPayload(code, "No."));
        });
        Assert.Contains($"No (server error {code}, SQLSTATE HY000)", Fail.ToOpen(errorId, server.Options).Message);
    }

    [Fact]
    public void Files_of_keys_that_cannot_be_read_are_named_before_anything_is_sent()
    {
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting(capabilities: FakeSession.Classic | Capabilities.Ssl));
            s.WaitForEnd();
            Assert.Empty(s.Received);
        });
        ConnectionOptions options = server.Options;
        options.SslCa = Path.Combine(Path.GetTempPath(), "no-such-ca.pem");
        Assert.Equal(options.SslCa, Fail.ToOpen("CertificateFileInvalid", options).Path);
    }

    private static (string User, string Database, string Plugin) Parse(byte[] response, out byte[] answer)
    {
        var cursor = new ByteCursor(response);
        var capabilities = (Capabilities)cursor.ReadUInt32();
        cursor.Skip(4 + 1 + 23);
        string user = cursor.ReadNullTerminated();
        answer = cursor.Take(cursor.ReadLength()).ToArray();
        string database = capabilities.HasFlag(Capabilities.ConnectWithDb) ? cursor.ReadNullTerminated() : "";
        return (user, database, cursor.ReadNullTerminated());
    }

    /// <summary>The server's side of mysql_native_password, which stores SHA1(SHA1(password)) only.</summary>
    private static bool NativeMatches(byte[] answer, byte[] challenge)
    {
        byte[] stored = SHA1.HashData(SHA1.HashData(Password));
        byte[] mask = SHA1.HashData([.. challenge, .. stored]);
        byte[] once = answer.Select((b, i) => (byte)(b ^ mask[i])).ToArray();
        return SHA1.HashData(once).AsSpan().SequenceEqual(stored);
    }

    private static X509Certificate2 TestCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=fake", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
