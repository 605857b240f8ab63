namespace MySqlRecovery.Client.Authentication;

/// <summary>sha256_password (MySQL 5.6 and later): the password itself, through TLS or under the server's RSA key.</summary>
internal sealed class Sha256PasswordPlugin : IAuthenticationPlugin
{
    private const byte RequestPublicKey = 1;

    private byte[] _challenge = [];

    public byte[] Start(AuthenticationContext context, ReadOnlySpan<byte> challenge)
    {
        _challenge = challenge.ToArray();

        // Unlike caching_sha2_password, this plugin of the server does not take a Unix socket for safe.
        if (context.IsTls || context.Password.Length == 0)
            return context.PasswordWithZero;
        string? key = RsaPassword.TrustedKey(context, "sha256_password");
        return key == null ? [RequestPublicKey] : RsaPassword.Encrypt(context, key, challenge);
    }

    public byte[]? Continue(AuthenticationContext context, ReadOnlySpan<byte> data)
    {
        if (context.IsTls || context.Options.GetServerPublicKey != true || context.Options.ServerPublicKeyPath != null)
            throw new InvalidDataException("the server sent a public key that it was not asked for");
        return RsaPassword.Encrypt(context, RsaPassword.Pem(data), _challenge);
    }
}
