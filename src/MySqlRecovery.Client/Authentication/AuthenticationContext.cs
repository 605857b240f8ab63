using System.Text;

namespace MySqlRecovery.Client.Authentication;

/// <summary>What a plugin may know about the connection.</summary>
internal sealed class AuthenticationContext
{
    public AuthenticationContext(ConnectionOptions options, bool isTls, bool isSocket)
    {
        Options = options;
        Password = Encoding.UTF8.GetBytes(options.Password ?? "");
        IsTls = isTls;
        IsSocket = isSocket;
    }

    public ConnectionOptions Options { get; }

    public byte[] Password { get; }

    public bool IsTls { get; }

    public bool IsSocket { get; }

    public string Server => Options.Server;

    /// <summary>The password as a C string, as the plugins that send it whole want it.</summary>
    public byte[] PasswordWithZero => [.. Password, 0];
}
