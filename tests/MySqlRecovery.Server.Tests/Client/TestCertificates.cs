using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MySqlRecovery.Server.Tests.Client;

/// <summary>
/// A certificate authority with a server certificate for the name localhost and a client certificate, and another
/// authority that has nothing to do with them; as PEM files in a folder that a server under any user can read.
/// </summary>
internal sealed class TestCertificates : IDisposable
{
    private static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset To = DateTimeOffset.UtcNow.AddDays(30);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "mrtls" + Guid.NewGuid().ToString("N")[..10]);

    public TestCertificates()
    {
        Directory.CreateDirectory(_folder);
        using X509Certificate2 authority = Authority("Test CA");
        using X509Certificate2 stranger = Authority("Another CA");
        File.WriteAllText(Ca, authority.ExportCertificatePem());
        File.WriteAllText(StrangersCa, stranger.ExportCertificatePem());
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        Issue(authority, "localhost", names.Build(), ServerCert, ServerKey);
        Issue(authority, "client", null, ClientCert, ClientKey);
    }

    public string Ca => Path.Combine(_folder, "ca.pem");

    public string StrangersCa => Path.Combine(_folder, "stranger.pem");

    public string ServerCert => Path.Combine(_folder, "server-cert.pem");

    public string ServerKey => Path.Combine(_folder, "server-key.pem");

    public string ClientCert => Path.Combine(_folder, "client-cert.pem");

    public string ClientKey => Path.Combine(_folder, "client-key.pem");

    /// <summary>Lines of a server's option file.</summary>
    public string[] Settings => [$"ssl-ca={Ca}", $"ssl-cert={ServerCert}", $"ssl-key={ServerKey}"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(From, To);
    }

    private static void Issue(X509Certificate2 authority, string name, X509Extension? alternativeNames, string certificatePath,
        string keyPath)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (alternativeNames != null)
            request.CertificateExtensions.Add(alternativeNames);
        using X509Certificate2 certificate = request.Create(authority, From, To, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportRSAPrivateKeyPem());
    }
}
