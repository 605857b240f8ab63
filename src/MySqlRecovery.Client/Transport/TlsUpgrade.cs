using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MySqlRecovery.Model;

namespace MySqlRecovery.Client.Transport;

/// <summary>Makes a TLS stream of a plain one and checks the server's certificate as far as the <see cref="SslMode"/> asks.</summary>
internal sealed class TlsUpgrade : IDisposable
{
    private readonly ConnectionOptions _options;
    private readonly X509Certificate2Collection? _authorities;
    private readonly X509Certificate2? _clientCertificate;
    private string? _rejected;

    /// <exception cref="Model.RecoveryException">CertificateFileInvalid: before anything was sent.</exception>
    public TlsUpgrade(ConnectionOptions options)
    {
        _options = options;
        _authorities = options.SslCa == null ? null : CertificateFiles.ReadAuthorities(options.SslCa);
        _clientCertificate = CertificateFiles.ReadClientCertificate(options);
    }

    /// <exception cref="Model.RecoveryException">ServerTlsFailed</exception>
    public Stream Upgrade(Stream plain)
    {
        var tls = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            tls.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = _options.Host ?? "localhost",
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                ClientCertificateContext = _clientCertificate == null
                    ? null
                    : SslStreamCertificateContext.Create(_clientCertificate, additionalCertificates: null, offline: true),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accept(certificate, chain, errors),
            });
            return tls;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or ObjectDisposedException or SocketException or InvalidOperationException)
        {
            tls.Dispose();
            throw _rejected != null
                ? ServerErrors.Tls(_options.Server, _rejected, "Check SslCa and the host name; -SslMode Required connects without checking them.")
                : ServerErrors.Tls(
                    _options.Server, $"TLS could not be set up: {(e.InnerException ?? e).Message}",
                    "A server as old as MySQL 5.6 has a TLS that is refused today: reach it with -SslMode Disabled through a tunnel or its Unix socket.", e);
        }
    }

    public void Dispose()
    {
        _clientCertificate?.Dispose();
        foreach (X509Certificate2 authority in _authorities ?? [])
            authority.Dispose();
    }

    private bool Accept(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        SslMode mode = _options.EffectiveSslMode;
        if (mode is SslMode.Preferred or SslMode.Required)
            return true;
        if (certificate is not X509Certificate2 server)
            _rejected = "the server has shown no certificate";
        else if (ChainProblem(server, chain, errors) is { } problem)
            _rejected = $"the server's certificate is not trusted: {problem}";
        else if (mode == SslMode.VerifyFull && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            _rejected = $"the server's certificate is not for the host '{_options.Host ?? "localhost"}'";
        return _rejected == null;
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

    private static string Describe(X509Chain? chain) =>
        chain?.ChainStatus is { Length: > 0 } status ? status[0].StatusInformation.TrimEnd('.', ' ', '\n', '\r') : "its chain is incomplete";
}
