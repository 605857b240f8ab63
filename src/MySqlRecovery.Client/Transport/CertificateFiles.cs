using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MySqlRecovery.Client.Transport;

/// <summary>Reads the PEM files of the ssl options.</summary>
internal static class CertificateFiles
{
    public static X509Certificate2Collection ReadAuthorities(string path)
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

        return authorities.Count > 0 ? authorities : throw ServerErrors.CertificateFile(path, "the file holds no certificate in PEM form");
    }

    public static X509Certificate2? ReadClientCertificate(ConnectionOptions options)
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
