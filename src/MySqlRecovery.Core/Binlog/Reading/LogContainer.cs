using System.IO.Compression;
using MySqlRecovery.Binlog.Encryption;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Reading;

/// <summary>Opens a binlog in whatever it comes in, told by its first bytes: plain, encrypted, gzip, or the text that
/// mysqlbinlog writes.</summary>
internal static class LogContainer
{
    /// <summary>The path that stands for standard input.</summary>
    public const string StandardInput = "-";
    private const int ChunkLength = 1 << 20;

    /// <summary>The path of a log as it would be without compression: <c>binlog.000001</c> for <c>binlog.000001.gz</c>.</summary>
    public static string LogName(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;

    /// <summary>The bytes of the binlog. What is compressed or a stream is unpacked to a temporary file first.</summary>
    /// <param name="path">The file, or <see cref="StandardInput"/>.</param>
    /// <param name="keyring">Keys for encrypted logs, or null.</param>
    /// <param name="stop">Cancels.</param>
    public static ByteSource Open(string path, Keyring? keyring, CancellationToken stop)
    {
        ByteSource source = path == StandardInput ? Spool(path, Console.OpenStandardInput(), stop) : FileSource.Open(path);
        try
        {
            Span<byte> start = stackalloc byte[4096];
            if (start[..source.Read(0, start)].StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
                source = Unpack(source, stop);
            if (TextDump.IsTextDump(start[..source.Read(0, start)]))
                source = Replace(source, TextDump.Extract(source, stop));
            if (EncryptedSource.IsEncrypted(source))
                return EncryptedSource.Open(source, keyring ?? throw Encrypted(source, "binlog_encryption", "the server's keyring file"));
            return MariaDbEncryptedSource.FindStart(source) is { } encrypted
                ? MariaDbEncryptedSource.Open(
                    source, keyring ?? throw Encrypted(source, "encrypt_binlog", "the key file of file_key_management"), encrypted)
                : source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static RecoveryException Encrypted(ByteSource source, string setting, string keys) => new(
        "BinlogEncrypted", RecoveryErrorKind.InvalidArgument, $"the binlog is encrypted ({setting})", source.Path, 0,
        $"Give -KeyringPath {keys}, or let the server decrypt it: -Server.");

    private static ByteSource Unpack(ByteSource source, CancellationToken stop)
    {
        try
        {
            using var gzip = new GZipStream(new SourceStream(source), CompressionMode.Decompress);
            return Replace(source, Spool(source.Path, gzip, stop));
        }
        catch (InvalidDataException e)
        {
            throw new RecoveryException(
                "GzipDamaged", RecoveryErrorKind.InvalidData, $"the gzip data is damaged: {e.Message}", source.Path, inner: e);
        }
    }

    private static SpoolFile Spool(string path, Stream stream, CancellationToken stop)
    {
        SpoolFile spool = SpoolFile.Create(path);
        try
        {
            var chunk = new byte[ChunkLength];
            for (int got; (got = stream.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false)) > 0;)
            {
                stop.ThrowIfCancellationRequested();
                spool.Append(chunk.AsSpan(0, got));
            }

            return spool;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    private static ByteSource Replace(ByteSource old, ByteSource source)
    {
        old.Dispose();
        return source;
    }
}
