namespace MySqlRecovery.Client;

/// <summary>How far a connection must be protected by TLS; the names and the meaning are those of the servers' own clients.</summary>
public enum SslMode
{
    /// <summary>Never TLS.</summary>
    Disabled,

    /// <summary>TLS where the server offers it, whoever it is. A Unix socket stays without TLS.</summary>
    Preferred,

    /// <summary>TLS or no connection; the server's certificate is not checked.</summary>
    Required,

    /// <summary>As Required, and the certificate must come from a trusted certificate authority.</summary>
    VerifyCa,

    /// <summary>As VerifyCa, and the certificate must be for the host that was asked for.</summary>
    VerifyFull,
}
