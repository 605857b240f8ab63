using System.Text;
using MySqlRecovery.IO;

namespace MySqlRecovery.Client.Protocol;

/// <summary>Protocol::HandshakeV10, the first packet of a server.</summary>
/// <param name="ServerVersion">Version text, as on the wire.</param>
/// <param name="ConnectionId">The server's number for this connection, to be seen in its process list.</param>
/// <param name="Capabilities">What the server can do.</param>
/// <param name="AuthPluginName">The plugin that the server suggests; empty before MySQL 5.5.7.</param>
/// <param name="AuthPluginData">The challenge, 20 bytes.</param>
internal sealed record InitialHandshake(
    string ServerVersion, uint ConnectionId, Capabilities Capabilities, string AuthPluginName, byte[] AuthPluginData)
{
    private const int ScrambleLength = 20;

    public static InitialHandshake Parse(ReadOnlySpan<byte> payload)
    {
        var cursor = new ByteCursor(payload);
        byte protocol = cursor.ReadByte();
        if (protocol != 10)
            throw new InvalidDataException($"the greeting is of protocol version {protocol}, not 10: this is no MySQL or MariaDB server");
        string version = cursor.ReadNullTerminated();
        uint connectionId = cursor.ReadUInt32();
        var challenge = new byte[ScrambleLength];
        cursor.Take(8).CopyTo(challenge);
        cursor.Skip(1);
        uint capabilities = cursor.ReadUInt16();
        cursor.Skip(1 + 2); // character set, status
        capabilities |= (uint)cursor.ReadUInt16() << 16;
        cursor.Skip(1 + 10); // length of the challenge, always 21; reserved
        var known = (Capabilities)capabilities;
        if (!known.HasFlag(Capabilities.Protocol41 | Capabilities.SecureConnection))
            throw new InvalidDataException("the server speaks a protocol older than that of MySQL 4.1");
        cursor.Take(ScrambleLength - 8).CopyTo(challenge.AsSpan(8));
        cursor.Skip(1);
        return new InitialHandshake(version, connectionId, known, PluginName(ref cursor, known), challenge);
    }

    private static string PluginName(ref ByteCursor cursor, Capabilities capabilities)
    {
        if (!capabilities.HasFlag(Capabilities.PluginAuth))
            return "";

        // MySQL 5.5.7 to 5.5.9 sent the name without its terminating zero (MySQL bug 59453).
        return cursor.Rest.Contains((byte)0) ? cursor.ReadNullTerminated() : Encoding.UTF8.GetString(cursor.Rest);
    }
}
