namespace MySqlRecovery.Client.Authentication;

/// <summary>mysql_clear_password (PAM, LDAP): the password as it is, hence only through TLS or within the machine.</summary>
internal sealed class ClearPasswordPlugin : IAuthenticationPlugin
{
    public byte[] Start(AuthenticationContext context, ReadOnlySpan<byte> challenge)
    {
        if (!context.IsTls && !context.IsSocket)
        {
            throw ServerErrors.Authentication(
                context.Server, "the server asks for the password in clear text, which is not sent over a connection without TLS",
                "Use -SslMode Required, or better VerifyFull.");
        }

        return context.PasswordWithZero;
    }

    public byte[]? Continue(AuthenticationContext context, ReadOnlySpan<byte> data) =>
        throw new InvalidDataException("mysql_clear_password has one step, but the server asks for another");
}
