namespace MySqlRecovery.Client.Authentication;

/// <summary>The client's half of an authentication plugin. One instance serves one exchange.</summary>
internal interface IAuthenticationPlugin
{
    /// <summary>The answer to the challenge.</summary>
    byte[] Start(AuthenticationContext context, ReadOnlySpan<byte> challenge);

    /// <summary>The answer to what the server sends then; null if it wants none.</summary>
    byte[]? Continue(AuthenticationContext context, ReadOnlySpan<byte> data);
}
