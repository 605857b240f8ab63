using System.Security.Cryptography;

namespace MySqlRecovery.Client.Authentication;

/// <summary>mysql_native_password: SHA1(password) XOR SHA1(challenge, SHA1(SHA1(password))).</summary>
internal sealed class NativePasswordPlugin : IAuthenticationPlugin
{
    public byte[] Start(AuthenticationContext context, ReadOnlySpan<byte> challenge)
    {
        if (context.Password.Length == 0)
            return [];
        byte[] once = SHA1.HashData(context.Password);
        byte[] mask = SHA1.HashData([.. challenge, .. SHA1.HashData(once)]);
        for (int i = 0; i < mask.Length; i++)
            mask[i] ^= once[i];
        return mask;
    }

    public byte[]? Continue(AuthenticationContext context, ReadOnlySpan<byte> data) =>
        throw new InvalidDataException("mysql_native_password has one step, but the server asks for another");
}
