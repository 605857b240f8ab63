namespace MySqlRecovery.Client.Protocol;

/// <summary>Protocol::SSLRequest and Protocol::HandshakeResponse41, what the client answers to the greeting.</summary>
internal static class HandshakeResponse
{
    private const uint MaxPacket = 1 << 30;

    // utf8mb4_general_ci: the one utf8mb4 collation that every server from MySQL 5.5.3 on knows.
    private const byte Collation = 45;

    private const Capabilities Wanted =
        Capabilities.LongPassword | Capabilities.LongFlag | Capabilities.Protocol41 | Capabilities.Transactions |
        Capabilities.SecureConnection | Capabilities.PluginAuth | Capabilities.ConnectAttrs |
        Capabilities.PluginAuthLenencClientData | Capabilities.DeprecateEof;

    /// <summary>What both sides can do and this connection uses.</summary>
    public static Capabilities Negotiate(Capabilities server, bool database, bool tls)
    {
        Capabilities used = server & Wanted;
        if (database)
            used |= Capabilities.ConnectWithDb;
        return tls ? used | Capabilities.Ssl : used;
    }

    public static PayloadWriter SslRequest(Capabilities capabilities) => new PayloadWriter()
        .UInt32((uint)capabilities).UInt32(MaxPacket).Byte(Collation).Zeros(23);

    /// <summary>Who the user is, and the plugin's first answer; for an old server its length must fit a byte.</summary>
    public static PayloadWriter Create(
        Capabilities capabilities, string user, ReadOnlySpan<byte> authResponse, string? database, string plugin)
    {
        PayloadWriter payload = SslRequest(capabilities).NullTerminated(user);
        if (capabilities.HasFlag(Capabilities.PluginAuthLenencClientData))
            payload.LengthEncoded(authResponse.Length);
        else
            payload.Byte((byte)authResponse.Length);
        payload.Bytes(authResponse);
        if (database != null)
            payload.NullTerminated(database);
        if (capabilities.HasFlag(Capabilities.PluginAuth))
            payload.NullTerminated(plugin);
        if (capabilities.HasFlag(Capabilities.ConnectAttrs))
        {
            PayloadWriter attributes = new PayloadWriter().LengthEncodedText("program_name").LengthEncodedText("MySqlRecovery");
            payload.LengthEncoded(attributes.Written.Length).Bytes(attributes.Written);
        }

        return payload;
    }
}
