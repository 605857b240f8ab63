using System.Security.Cryptography;

namespace MySqlRecovery.Client.Authentication;

/// <summary>
/// caching_sha2_password (MySQL 8.0's default): a scramble, and if the server's cache does not know the account yet, the
/// password itself through TLS, a Unix socket, or under the server's RSA key.
/// </summary>
internal sealed class CachingSha2PasswordPlugin : IAuthenticationPlugin
{
    private const byte RequestPublicKey = 2;
    private const byte FastAuthSuccess = 3;
    private const byte PerformFullAuthentication = 4;

    private byte[] _challenge = [];
    private bool _askedForKey;

    public byte[] Start(AuthenticationContext context, ReadOnlySpan<byte> challenge)
    {
        _challenge = challenge.ToArray();
        if (context.Password.Length == 0)
            return [];
        byte[] once = SHA256.HashData(context.Password);
        byte[] mask = SHA256.HashData([.. SHA256.HashData(once), .. challenge]);
        for (int i = 0; i < mask.Length; i++)
            mask[i] ^= once[i];
        return mask;
    }

    public byte[]? Continue(AuthenticationContext context, ReadOnlySpan<byte> data)
    {
        if (_askedForKey)
        {
            _askedForKey = false;
            return RsaPassword.Encrypt(context, RsaPassword.Pem(data), _challenge);
        }

        return data switch
        {
            [FastAuthSuccess] => null,
            [PerformFullAuthentication] => SendPassword(context),
            _ => throw new InvalidDataException("caching_sha2_password knows no such step as the server asks for"),
        };
    }

    private byte[] SendPassword(AuthenticationContext context)
    {
        if (context.IsTls || context.IsSocket)
            return context.PasswordWithZero;
        string? key = RsaPassword.TrustedKey(context, "caching_sha2_password");
        if (key != null)
            return RsaPassword.Encrypt(context, key, _challenge);
        _askedForKey = true;
        return [RequestPublicKey];
    }
}
