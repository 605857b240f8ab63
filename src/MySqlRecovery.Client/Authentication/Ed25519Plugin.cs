namespace MySqlRecovery.Client.Authentication;

/// <summary>client_ed25519 (MariaDB's ed25519 plugin): an Ed25519 signature of the 32 byte challenge.</summary>
internal sealed class Ed25519Plugin : IAuthenticationPlugin
{
    private const int ChallengeLength = 32;

    public byte[] Start(AuthenticationContext context, ReadOnlySpan<byte> challenge)
    {
        if (challenge.Length != ChallengeLength)
            throw new InvalidDataException($"client_ed25519's challenge has {challenge.Length} bytes instead of {ChallengeLength}");
        return Ed25519.Sign(context.Password, challenge);
    }

    public byte[]? Continue(AuthenticationContext context, ReadOnlySpan<byte> data) =>
        throw new InvalidDataException("client_ed25519 has one step, but the server asks for another");
}
