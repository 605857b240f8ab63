using MySqlRecovery.Client.Tests.Fakes;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Tests;

public sealed class DefaultsFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("defaults");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_client_sections_count_and_the_later_line_wins()
    {
        ConnectionOptions options = Read("""
            # a comment
            ; another
            [mysqld]
            user = daemon
            port = 1
            [client]
            user=ann
            password = "pa#ss \"word\" \\ \s\t"   # after it
            port=3307   # a comment
            host = db1
            loose_ssl_mode = VERIFY_CA
            ssl-ca='/etc/my ca.pem'
            [mysql]
            no-auto-rehash
            database=shop
            prompt=\u@\h>\_
            [client-mariadb]
            user = bob
            [mysqlrecovery]
            connect_timeout=7
            get-server-public-key
            """);
        Assert.Equal(("bob", 3307, "db1", "shop"), (options.User, options.Port, options.Host, options.Database));
        Assert.Equal((SslMode.VerifyCa, "/etc/my ca.pem"), (options.SslMode, options.SslCa));
        Assert.Equal((TimeSpan.FromSeconds(7), true), (options.ConnectTimeout, options.GetServerPublicKey));
    }

    [Theory]
    [InlineData("password=plain", "plain")]
    [InlineData("password = 'sp ace'", "sp ace")]
    [InlineData("password=\"ha#sh\"", "ha#sh")]
    [InlineData("password=ha#sh", "ha#sh")]
    [InlineData("password=cut #here", "cut")]
    [InlineData(@"password=a\\b\sc\td", "a\\b c\td")]
    [InlineData(@"password=C:\Users", @"C:\Users")]
    [InlineData("password=", "")]
    [InlineData("password=a=b", "a=b")]
    public void Values_may_be_quoted_and_escaped(string line, string password) =>
        Assert.Equal(password, Read("[client]\n" + line).Password);

    [Theory]
    [InlineData("ssl", SslMode.Required)]
    [InlineData("ssl=0", SslMode.Disabled)]
    [InlineData("skip-ssl", SslMode.Disabled)]
    [InlineData("ssl-verify-server-cert", SslMode.VerifyFull)]
    public void The_switches_of_older_clients_are_known(string line, SslMode mode) =>
        Assert.Equal(mode, Read("[client]\n" + line).SslMode);

    [Fact]
    public void A_socket_is_used_unless_another_host_is_named()
    {
        Assert.True(Read("[client]\nsocket=/run/s.sock").UsesSocket);
        Assert.True(Read("[client]\nsocket=/run/s.sock\nhost=localhost").UsesSocket);
        Assert.False(Read("[client]\nsocket=/run/s.sock\nhost=db1").UsesSocket);
    }

    [Fact]
    public void Files_include_files_and_folders()
    {
        Write("extra.cnf", "[client]\nuser=from-extra\nport=1111");
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "conf.d"));
        Write("conf.d/b.cnf", "[client]\nport=2222");
        Write("conf.d/a.cnf", "[client]\nport=3333\nhost=h");
        Write("conf.d/c.txt", "[client]\nport=4444");
        ConnectionOptions options = Read("[client]\nuser=x\n!include extra.cnf\n!includedir conf.d\n");
        Assert.Equal(("from-extra", 2222, "h"), (options.User, options.Port, options.Host));
    }

    [Fact]
    public void Files_that_include_one_another_are_an_error()
    {
        string path = Write("loop.cnf", "!include loop.cnf");
        Assert.Contains("include one another", Fail.With("DefaultsFileInvalid", () => DefaultsFile.Read(path)).Message);
    }

    [Theory]
    [InlineData("[client", "line 1")]
    [InlineData("[client]\n=x", "line 2")]
    [InlineData("!includedir no-such-folder", "no-such-folder")]
    [InlineData("!include no-such.cnf", "no-such.cnf")]
    [InlineData("!require x", "!include")]
    public void What_cannot_be_read_is_named(string text, string named)
    {
        RecoveryException failure = Fail.With("DefaultsFileInvalid", () => Read(text));
        Assert.Contains(named, failure.Message);
    }

    [Fact]
    public void What_a_file_says_fills_what_the_user_left_open()
    {
        var options = new ConnectionOptions { Host = "given", User = "ann", SslMode = SslMode.Required };
        options.FillFrom(Read("[client]\nhost=other\nsocket=/run/s.sock\nuser=bob\npassword=Secret#42\nssl-mode=DISABLED\nport=3311"));
        Assert.Equal(("given", null, "ann", "Secret#42", SslMode.Required, 3311),
            (options.Host, options.Socket, options.User, options.Password, options.SslMode, options.Port));
    }

    private ConnectionOptions Read(string text) => DefaultsFile.Read(Write("my.cnf", text));

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
