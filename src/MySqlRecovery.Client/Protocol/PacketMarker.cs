namespace MySqlRecovery.Client.Protocol;

/// <summary>What the first byte of an answer says.</summary>
internal static class PacketMarker
{
    public const byte Ok = 0x00;
    public const byte AuthMoreData = 0x01;
    public const byte LocalInfile = 0xFB;
    public const byte Null = 0xFB;

    /// <summary>EOF; during authentication a switch to another plugin.</summary>
    public const byte Eof = 0xFE;

    public const byte Error = 0xFF;

    /// <summary>Longest payload of one packet; a packet of just that length is continued by the next.</summary>
    public const int MaxChunk = 0xFFFFFF;

    /// <summary>
    /// Whether a packet among rows or events ends them. With CLIENT_DEPRECATE_EOF it is an OK packet of any length that
    /// starts with 0xFE; a row that starts so holds a string of 16 MiB or more.
    /// </summary>
    public static bool IsEnd(ReadOnlySpan<byte> payload, bool deprecateEof) =>
        payload.Length > 0 && payload[0] == Eof && payload.Length < (deprecateEof ? MaxChunk : 9);
}
