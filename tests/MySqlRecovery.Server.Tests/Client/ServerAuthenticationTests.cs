using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Client;

/// <summary>What authentication has in common on every server.</summary>
public abstract class ServerAuthenticationTests(ServerFixture fixture)
{
    private static int _users;

    protected const string Password = "P\u00e4ss;w=rd\"1'";

    protected MySqlServer Server => fixture.Server;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>How the server makes an account of the given plugin with <see cref="Password"/>.</summary>
    protected virtual string Identified(string plugin) => $"IDENTIFIED WITH {plugin} BY '{Password.Replace("'", "''")}'";

    protected virtual string NativeIdentified => $"IDENTIFIED BY '{Password.Replace("'", "''")}'";

    [Fact]
    public void The_native_password_lets_in_and_a_wrong_one_does_not()
    {
        string user = CreateUser(NativeIdentified);
        AssertIsUser(user, Server.TcpOptions(user, Password, SslMode.Preferred));
        AssertRefused("ServerAuthenticationFailed", Server.TcpOptions(user, "Wr0ng;Password", SslMode.Preferred));
        AssertRefused("ServerAuthenticationFailed", Server.TcpOptions(user, mode: SslMode.Preferred));
        AssertRefused("ServerAuthenticationFailed", Server.TcpOptions("nobody-of-this-name", Password, SslMode.Preferred));
    }

    [Fact]
    public void An_account_without_a_password_needs_none()
    {
        string user = CreateUser("");
        AssertIsUser(user, Server.TcpOptions(user));
        AssertRefused("ServerAuthenticationFailed", Server.TcpOptions(user, Password, SslMode.Preferred));
    }

    [Fact]
    public void An_expired_password_is_named_as_such()
    {
        string user = CreateUser(NativeIdentified);
        Server.Sql($"ALTER USER {user}@'%' PASSWORD EXPIRE");
        RecoveryException expired = Assert.Throws<RecoveryException>(
            () =>
            {
                // MariaDB lets such an account in, but answers nothing until the password is changed.
                using ServerConnection connection = Server.TcpOptions(user, Password, SslMode.Preferred).Open();
                connection.QueryScalar("SELECT 1", Token);
            });
        Assert.Equal(("ServerPasswordExpired", RecoveryErrorKind.AuthenticationError), (expired.ErrorId, expired.Kind));
        Assert.Contains("ALTER USER", expired.RecommendedAction);
    }

    protected string CreateUser(string identified)
    {
        string user = $"u{Interlocked.Increment(ref _users)}";
        Server.Sql($"CREATE USER {user}@'%' {identified}; CREATE USER {user}@localhost {identified}");
        return user;
    }

    private protected static void AssertIsUser(string user, ConnectionOptions options)
    {
        using ServerConnection connection = options.Open();
        Assert.StartsWith(user + "@", connection.QueryScalar("SELECT current_user()", Token));
    }

    private protected static RecoveryException AssertRefused(string errorId, ConnectionOptions options)
    {
        RecoveryException refused = Assert.Throws<RecoveryException>(() => options.Open());
        Assert.Equal(errorId, refused.ErrorId);
        if (options.Password != null)
            Assert.DoesNotContain(options.Password, refused.ToString());
        return refused;
    }
}
