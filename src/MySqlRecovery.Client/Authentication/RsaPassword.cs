using System.Security.Cryptography;
using System.Text;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Authentication;

/// <summary>A password on its way over a connection without TLS: XOR with the challenge, then RSA-OAEP with the server's key.</summary>
internal static class RsaPassword
{
    /// <summary>The key that the user trusts, or null if it may be asked from the server.</summary>
    /// <exception cref="Model.RecoveryException">ServerAuthenticationFailed: neither is allowed; CertificateFileInvalid.</exception>
    public static string? TrustedKey(AuthenticationContext context, string plugin)
    {
        string? path = context.Options.ServerPublicKeyPath;
        if (path != null)
        {
            try
            {
                return File.ReadAllText(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw ServerErrors.CertificateFile(path, "the server's public key cannot be read", e);
            }
        }

        if (context.Options.GetServerPublicKey == true)
            return null;
        throw ServerErrors.Authentication(
            context.Server, $"{plugin} needs TLS, a Unix socket or the server's RSA public key to send the password safely",
            "Use -SslMode Required, or a connection string with ServerPublicKeyPath, or GetServerPublicKey=true where the network is trusted.");
    }

    public static byte[] Encrypt(AuthenticationContext context, string pem, ReadOnlySpan<byte> challenge)
    {
        byte[] secret = context.PasswordWithZero;
        for (int i = 0; i < secret.Length; i++)
            secret[i] ^= challenge[i % challenge.Length];
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return rsa.Encrypt(secret, RSAEncryptionPadding.OaepSHA1);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw ServerErrors.Authentication(context.Server, "the server's RSA public key cannot be used for this password");
        }
    }

    public static string Pem(ReadOnlySpan<byte> data) => Encoding.ASCII.GetString(data);
}
