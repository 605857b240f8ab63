using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.IO;

namespace MySqlRecovery.Core.Tests.Binlog.Encryption;

/// <summary>The logs and keyrings in the folder Encrypted, and files made of them.</summary>
internal sealed class EncryptedSamples : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mysqlrecovery-test-");

    public static string FilePath(string name) => Path.Combine(AppContext.BaseDirectory, "Binlog", "Encryption", "Samples", name);

    public static byte[] Bytes(string name) => File.ReadAllBytes(FilePath(name));

    public static Keyring Keyring(params string[] names) => MySqlRecovery.Binlog.Encryption.Keyring.Open(names.Select(FilePath));

    public static EncryptedSource Open(string log, params string[] keyrings) =>
        EncryptedSource.Open(FileSource.Open(FilePath(log)), Keyring(keyrings));

    /// <summary>A temporary file with this content.</summary>
    public string Write(ReadOnlySpan<byte> content, [CallerMemberName] string name = "")
    {
        string path = Path.Combine(_folder.FullName, $"{name}-{Guid.NewGuid():N}");
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
