using System.Security.Cryptography;
using System.Text;
using MySqlConnector.Authentication;

namespace MySqlRecovery.Client.Authentication;

/// <summary>The authentication plugins of MariaDB that MySqlConnector leaves to others.</summary>
internal static class MariaDbPlugins
{
    private static readonly Lazy<bool> Registered = new(() =>
    {
        AuthenticationPlugins.Register(new Ed25519Plugin());
        AuthenticationPlugins.Register(new ParsecPlugin());
        return true;
    });

    /// <summary>Makes them known to MySqlConnector; once is enough.</summary>
    public static void Register() => _ = Registered.Value;
}

/// <summary>client_ed25519 (MariaDB's ed25519 plugin): an Ed25519 signature of the 32 byte challenge.</summary>
internal sealed class Ed25519Plugin : IAuthenticationPlugin3
{
    private const int ChallengeLength = 32;

    public string Name => "client_ed25519";

    public byte[] CreateResponse(string password, ReadOnlySpan<byte> authenticationData)
    {
        CreateResponseAndPasswordHash(password, authenticationData, out byte[] response, out _);
        return response;
    }

    public void CreateResponseAndPasswordHash(
        string password, ReadOnlySpan<byte> authenticationData, out byte[] authenticationResponse, out byte[] passwordHash)
    {
        // A zero may stand after the challenge.
        if (authenticationData.Length is not (ChallengeLength or ChallengeLength + 1))
            throw new InvalidDataException($"client_ed25519's challenge has {authenticationData.Length} bytes instead of "
                + $"{ChallengeLength}");
        byte[] secret = Encoding.UTF8.GetBytes(password);
        authenticationResponse = Ed25519.Sign(secret, authenticationData[..ChallengeLength]);
        passwordHash = Ed25519.PublicKey(secret);
    }
}

/// <summary>
/// parsec (MariaDB 11.6 and later): an Ed25519 signature of the server's and the client's challenge, by a key that PBKDF2
/// derives from password and salt. Format: MariaDB Server Documentation, "PARSEC authentication plugin".
/// </summary>
internal sealed class ParsecPlugin : IAuthenticationPlugin3
{
    private const int ChallengeLength = 32;

    // MariaDB's own plugin knows factors from 0 to 3: a server cannot make us compute for hours.
    private const int MaxFactor = 3;
    private const int MaxSaltLength = 64;

    public string Name => "parsec";

    public byte[] CreateResponse(string password, ReadOnlySpan<byte> authenticationData)
    {
        CreateResponseAndPasswordHash(password, authenticationData, out byte[] response, out _);
        return response;
    }

    /// <param name="password">The account's password.</param>
    /// <param name="authenticationData">The server's challenge of 32 bytes, <c>P</c>, the factor of iterations, the salt.</param>
    /// <param name="authenticationResponse">The client's challenge of 32 bytes, the signature of 64.</param>
    /// <param name="passwordHash">What the server stores: <c>P</c>, the factor, the salt, the public key.</param>
    public void CreateResponseAndPasswordHash(
        string password, ReadOnlySpan<byte> authenticationData, out byte[] authenticationResponse, out byte[] passwordHash) =>
        CreateResponse(
            password, authenticationData, RandomNumberGenerator.GetBytes(ChallengeLength), out authenticationResponse, out passwordHash);

    /// <summary>The same with a client's challenge that is not random.</summary>
    internal static void CreateResponse(
        string password, ReadOnlySpan<byte> authenticationData, ReadOnlySpan<byte> clientChallenge, out byte[] response,
        out byte[] passwordHash)
    {
        if (authenticationData.Length < ChallengeLength + 2)
            throw new InvalidDataException("parsec's challenge is cut short");
        ReadOnlySpan<byte> challenge = authenticationData[..ChallengeLength];
        ReadOnlySpan<byte> extendedSalt = authenticationData[ChallengeLength..];
        ReadOnlySpan<byte> salt = extendedSalt[2..];
        if (extendedSalt[0] != (byte)'P' || extendedSalt[1] > MaxFactor || salt.Length > MaxSaltLength)
            throw new InvalidDataException("parsec's salt is not of a form that this client knows");

        byte[] secret = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password), salt, 1024 << extendedSalt[1], HashAlgorithmName.SHA512, outputLength: 32);
        response = [.. clientChallenge, .. Ed25519.Sign(secret, [.. challenge, .. clientChallenge])];
        passwordHash = [.. extendedSalt, .. Ed25519.PublicKey(secret)];
    }
}
