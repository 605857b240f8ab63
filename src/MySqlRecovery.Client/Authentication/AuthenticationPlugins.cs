namespace MySqlRecovery.Client.Authentication;

/// <summary>The plugins by the names that servers call them.</summary>
internal static class AuthenticationPlugins
{
    public const string NativePassword = "mysql_native_password";

    /// <summary>A new instance; null if this client does not know the plugin.</summary>
    public static IAuthenticationPlugin? Create(string name) => name switch
    {
        NativePassword => new NativePasswordPlugin(),
        "caching_sha2_password" => new CachingSha2PasswordPlugin(),
        "sha256_password" => new Sha256PasswordPlugin(),
        "client_ed25519" => new Ed25519Plugin(),
        "mysql_clear_password" => new ClearPasswordPlugin(),
        _ => null,
    };
}
