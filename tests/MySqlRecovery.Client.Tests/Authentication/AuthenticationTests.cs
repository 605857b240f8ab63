using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MySqlRecovery.Client.Tests.Fakes;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

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
            s.LetIn();
            s.WaitForEnd();
        });
        ConnectionOptions options = server.Options;
        options.Database = "shop";
        using ServerConnection connection = ServerConnection.Open(options, Token);
        Assert.Equal(7u, connection.ConnectionId);
        Assert.Equal(new ServerVersion(false, 8, 0, 99), connection.Version);
    }

    [Fact]
    public void A_switch_to_another_plugin_is_followed()
    {
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting("caching_sha2_password"));
            s.Read();
            s.Write(Switch("mysql_native_password"));
            Assert.True(NativeMatches(s.Read(), OtherChallenge));
            s.LetIn();
            s.WaitForEnd();
        });
        ServerConnection.Open(server.Options, Token).Dispose();
    }

    [Fact]
    public void Switches_without_end_are_an_error()
    {
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting());
            for (int i = 0; i < 50; i++)
            {
                s.TryRead();
                s.Write(Switch("mysql_native_password"));
            }
        });
        Assert.Contains("did not end", Fail.ToOpen("ServerProtocolError", server.Options).Message);
    }

    [Fact]
    public void A_server_that_suggests_a_plugin_that_we_do_not_know_is_told()
    {
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting("some_plugin_from_the_future"));
            s.AssertNothingComes();
        });
        Assert.Contains("'some_plugin_from_the_future'", Fail.ToOpen("ServerAuthenticationUnsupported", server.Options).Message);
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
    [InlineData("mysql_clear_password", "mysql_native_password")]
    [InlineData("sha256_password", "mysql_native_password")]
    [InlineData("sha256_password", "sha256_password")]
    [InlineData("caching_sha2_password", "mysql_native_password")]
    [InlineData("caching_sha2_password", "caching_sha2_password")]
    public void A_server_that_asks_for_the_password_without_TLS_does_not_get_it(string plugin, string suggested)
    {
        // It would be on loopback, where MySqlConnector hands it to whoever gives a key, asked or not.
        using var key = RSA.Create(2048);
        byte[] pem = [1, .. Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem())];
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting(suggested));
            s.Read();
            if (plugin != suggested || plugin == "sha256_password")
            {
                s.Write(Switch(plugin));
                if (plugin == "caching_sha2_password")
                    s.Read();
            }

            if (plugin == "caching_sha2_password")
                s.Write([1, 4]);
            s.Sequence++;
            s.Write(pem);
            s.WaitForEnd();
        });
        Assert.Contains("TLS", Fail.ToOpen("ServerAuthenticationFailed", server.Options).Message);
        Assert.Equal(-1, server.Received.IndexOf(Password));
    }

    [Theory]
    [InlineData(SslMode.Preferred)]
    [InlineData(SslMode.Required)]
    public void The_password_as_it_is_needs_a_verified_certificate(SslMode mode)
    {
        using X509Certificate2 certificate = TestCertificate();
        using var server = new FakeServer(s =>
        {
            AskThroughTls(s, certificate, "mysql_clear_password");
            s.WaitForEnd();
        });
        ConnectionOptions options = server.Options;
        options.SslMode = mode;
        RecoveryException refused = Fail.ToOpen("ServerAuthenticationFailed", options);
        Assert.Contains("verified certificate", refused.Message);
        Assert.Contains("EnableCleartextPlugin", refused.RecommendedAction);
        Assert.Equal(-1, server.Received.IndexOf(Password));
    }

    [Theory]
    [InlineData("mysql_clear_password", true)]
    [InlineData("mysql_clear_password", false)]
    [InlineData("sha256_password", false)]
    [InlineData("caching_sha2_password", false)]
    public void Through_TLS_the_password_goes_as_it_is(string plugin, bool verified)
    {
        using X509Certificate2 certificate = TestCertificate();
        using var server = new FakeServer(s =>
        {
            Assert.Equal([.. Password, 0], AskThroughTls(s, certificate, plugin));
            s.LetIn();
            s.WaitForEnd();
        });
        ConnectionOptions options = server.Options;
        options.EnableCleartextPlugin = plugin == "mysql_clear_password" && !verified ? true : null;
        string authority = Path.GetTempFileName();
        File.WriteAllText(authority, certificate.ExportCertificatePem());
        if (verified)
            (options.SslMode, options.SslCa) = (SslMode.VerifyCa, authority);
        using (ServerConnection connection = ServerConnection.Open(options, Token))
            Assert.True(connection.IsTls);
        File.Delete(authority);
    }

    [Theory]
    [InlineData("sha256_password")]
    [InlineData("caching_sha2_password")]
    public void The_key_of_the_server_hides_the_password_if_it_may_be_asked_for(string plugin)
    {
        using var key = RSA.Create(2048);
        using var server = new FakeServer(s =>
        {
            byte[] challenge = FakeSession.Challenge;
            s.Write(FakeSession.Greeting(plugin));
            s.Read();
            if (plugin == "caching_sha2_password")
                s.Write([1, 4]);
            else
                s.Write(Switch(plugin));
            Assert.Equal([(byte)(plugin == "sha256_password" ? 1 : 2)], s.Read());
            s.Write([1, .. Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem())]);
            byte[] secret = key.Decrypt(s.Read(), RSAEncryptionPadding.OaepSHA1);
            byte[] mask = plugin == "sha256_password" ? OtherChallenge : FakeSession.Challenge;
            for (int i = 0; i < secret.Length; i++)
                secret[i] ^= mask[i % mask.Length];
            Assert.Equal([.. Password, 0], secret);
            s.LetIn();
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
            s.Write(Switch("sha256_password"));
            s.Read();
            s.Write([1, .. "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"u8]);
            s.WaitForEnd();
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
            s.WriteRaw([(byte)greeting.Length, 0, 0, 0, .. greeting, 7, 0, 0, 3, .. FakeSession.OkPayload]);
            s.Sequence = 1;
            s.Read();
            s.StartTls(certificate);
            s.Read();
            s.Write(FakeSession.ErrorPayload(1045, "No."));
            s.WaitForEnd();
        });
        Fail.ToOpen("ServerAuthenticationFailed", server.Options);
    }

    [Fact]
    public void A_server_without_TLS_is_refused_where_TLS_is_required()
    {
        using var server = new FakeServer(s =>
        {
            s.Write(FakeSession.Greeting());
            s.AssertNothingComes();
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
        Fail.ToOpen("ServerProtocolError", server.Options);
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
        using var server = new FakeServer(s => s.AssertNothingComes());
        ConnectionOptions options = server.Options;
        options.SslCa = Path.Combine(Path.GetTempPath(), "no-such-ca.pem");
        Assert.Equal(options.SslCa, Fail.ToOpen("CertificateFileInvalid", options).Path);
        server.StopListening();
    }

    private static byte[] Switch(string plugin) => [0xFE, .. Encoding.ASCII.GetBytes(plugin), 0, .. OtherChallenge, 0];

    /// <summary>Has the client set up TLS and asks for the password; gives what it sends.</summary>
    private static byte[] AskThroughTls(FakeSession s, X509Certificate2 certificate, string plugin)
    {
        bool suggested = plugin == "caching_sha2_password";
        s.Write(FakeSession.Greeting(suggested ? plugin : "mysql_native_password", FakeSession.Classic | Capabilities.Ssl));
        Assert.Equal(32, s.Read().Length);
        s.StartTls(certificate);
        s.TryRead();
        s.Write(suggested ? [1, 4] : Switch(plugin));
        return s.TryRead();
    }

    private static (string User, string Database, string Plugin) Parse(byte[] response, out byte[] answer)
    {
        var cursor = new ByteCursor(response);
        var capabilities = (Capabilities)cursor.ReadUInt32();
        cursor.Skip(4 + 1 + 23);
        string user = ReadNullTerminated(ref cursor);
        answer = cursor.Take(cursor.ReadLength()).ToArray();
        string database = capabilities.HasFlag(Capabilities.ConnectWithDb) ? ReadNullTerminated(ref cursor) : "";
        return (user, database, ReadNullTerminated(ref cursor));
    }

    private static string ReadNullTerminated(ref ByteCursor cursor)
    {
        string text = Encoding.UTF8.GetString(cursor.Take(cursor.Rest.IndexOf((byte)0)));
        cursor.Skip(1);
        return text;
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
