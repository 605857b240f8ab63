using System.Buffers.Binary;
using System.Text;

namespace MySqlRecovery.Core.Tests.Binlog.Encryption;

/// <summary>Files as the keyring_file plugin of 5.7 and 8.0 writes them, which no server from 8.4 on has.</summary>
internal static class PluginKeyring
{
    /// <summary>A file of keys.</summary>
    /// <param name="version">1.0, or 2.0 with a digest at the end.</param>
    /// <param name="digestLength">Bytes of the digest.</param>
    /// <param name="keys">The keys, of <see cref="Key"/>.</param>
    public static byte[] File(string version, int digestLength, params byte[][] keys) =>
        [.. Encoding.ASCII.GetBytes($"Keyring file version:{version}"), .. keys.SelectMany(key => key), .. "EOF"u8,
            .. new byte[digestLength]];

    /// <summary>One key.</summary>
    public static byte[] Key(string id, string user, byte[] key)
    {
        byte[][] fields = [Encoding.ASCII.GetBytes(id), "AES"u8.ToArray(), Encoding.ASCII.GetBytes(user), Mask(key)];
        int length = 40 + fields.Sum(field => field.Length);
        var record = new byte[(length + 7) / 8 * 8];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)record.Length);
        int at = 40;
        for (int i = 0; i < fields.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(8 + 8 * i), (ulong)fields[i].Length);
            fields[i].CopyTo(record, at);
            at += fields[i].Length;
        }

        return record;
    }

    private static byte[] Mask(byte[] key) => [.. key.Select((b, i) => (byte)(b ^ "*305=Ljt0*!@$Hnm(*-9-w;:"[i % 24]))];
}
