using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MySqlRecovery.Client.Protocol;

namespace MySqlRecovery.Client;

/// <summary>
/// The certificates of a TLS connection: the client's own, and whether the server's is good enough for the
/// <see cref="SslMode"/>. The files are read before anything is sent.
/// </summary>
internal sealed class CertificateCheck : IDisposable
{
    private readonly ConnectionOptions _options;
    private readonly X509Certificate2Collection? _authorities;

    /// <exception cref="Model.RecoveryException">CertificateFileInvalid</exception>
    public CertificateCheck(ConnectionOptions options)
    {
        _options = options;
        _authorities = options.SslCa == null ? null : ReadAuthorities(options.SslCa);
        ClientCertificate = ReadClientCertificate(options);
    }

    public X509Certificate2? ClientCertificate { get; }

    /// <summary>Why the server's certificate was refused; null if it was not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Whether a certificate came and was found to be the right server's.</summary>
    public bool IsVerified { get; private set; }

    public void Dispose()
    {
        ClientCertificate?.Dispose();
        foreach (X509Certificate2 authority in _authorities ?? [])
            authority.Dispose();
    }

    /// <summary>Whether the TLS connection may be used.</summary>
    public bool Accept(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        SslMode mode = _options.EffectiveSslMode;
        if (mode is SslMode.Preferred or SslMode.Required)
            return true;
        if (certificate is not X509Certificate2 server)
            Refusal = "the server has shown no certificate";
        else if (ChainProblem(server, chain, errors) is { } problem)
            Refusal = $"the server's certificate is not trusted: {problem}";
        else if (mode == SslMode.VerifyFull && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            Refusal = $"the server's certificate is not for the host '{_options.Host ?? "localhost"}'";
        IsVerified = Refusal == null;
        return IsVerified;
    }

    private string? ChainProblem(X509Certificate2 server, X509Chain? presented, SslPolicyErrors errors)
    {
        if (_authorities == null)
            return errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? Describe(presented) : null;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (presented != null)
            chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        return chain.Build(server) ? null : Describe(chain);
    }

    private static string Describe(X509Chain? chain) => chain?.ChainStatus is { Length: > 0 } status
        ? status[0].StatusInformation.TrimEnd('.', ' ', '\n', '\r')
        : "its chain is incomplete";

    private static X509Certificate2Collection ReadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception e) when (IsFileProblem(e))
        {
            throw ServerErrors.CertificateFile(path, "the file with certificate authorities (SslCa) cannot be read", e);
        }

        return authorities.Count > 0
            ? authorities
            : throw ServerErrors.CertificateFile(path, "the file holds no certificate in PEM form");
    }

    private static X509Certificate2? ReadClientCertificate(ConnectionOptions options)
    {
        if (options.SslCert == null)
            return null;
        try
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(options.SslCert, options.SslKey);

            // Windows' TLS cannot use a key that lives in memory only; a PKCS#12 round trip gives it a place.
            return new X509Certificate2(certificate.Export(X509ContentType.Pkcs12));
        }
        catch (Exception e) when (IsFileProblem(e))
        {
            throw ServerErrors.CertificateFile(options.SslCert, "the client's certificate and key (SslCert, SslKey) cannot be read", e);
        }
    }

    private static bool IsFileProblem(Exception e) =>
        e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}
