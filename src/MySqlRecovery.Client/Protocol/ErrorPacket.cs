using System.Text;
using MySqlRecovery.IO;

namespace MySqlRecovery.Client.Protocol;

/// <summary>ERR_Packet: what the server says went wrong.</summary>
/// <param name="Code">The server's error number.</param>
/// <param name="SqlState">Five characters; empty before the handshake is done.</param>
/// <param name="Message">In the server's language.</param>
internal readonly record struct ErrorPacket(int Code, string SqlState, string Message)
{
    public static ErrorPacket Parse(ReadOnlySpan<byte> payload)
    {
        var cursor = new ByteCursor(payload);
        cursor.Skip(1);
        int code = cursor.ReadUInt16();
        string state = "";
        if (!cursor.AtEnd && cursor.Rest[0] == (byte)'#')
        {
            cursor.Skip(1);
            state = Encoding.ASCII.GetString(cursor.Take(5));
        }

        return new ErrorPacket(code, state, Encoding.UTF8.GetString(cursor.Rest));
    }
}
