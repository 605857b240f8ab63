using System.Reflection;
using MySqlRecovery.IO;

namespace MySqlRecovery.Core.Tests.IO.Zstd;

/// <summary>The sample files and the decoding of bytes in one go.</summary>
internal static class ZstdSamples
{
    private static readonly Assembly Assembly = typeof(ZstdSamples).Assembly;

    public static IEnumerable<string> Names =>
        Assembly.GetManifestResourceNames().Where(name => name.EndsWith(".zst", StringComparison.Ordinal));

    public static byte[] Read(string name)
    {
        using Stream resource = Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }

    public static byte[] Content(string name) => ZstdContent.Make(name[..name.IndexOf('.')]);

    public static ZstdStream Open(Stream source)
    {
        var zstd = new ZstdStream();
        zstd.Open(source);
        return zstd;
    }

    public static byte[] Decode(byte[] compressed) => Decode(new MemoryStream(compressed));

    public static byte[] Decode(Stream source)
    {
        using ZstdStream zstd = Open(source);
        using var decoded = new MemoryStream();
        zstd.CopyTo(decoded);
        return decoded.ToArray();
    }
}
