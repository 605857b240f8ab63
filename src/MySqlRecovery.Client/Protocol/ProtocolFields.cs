using System.Text;
using MySqlRecovery.IO;

namespace MySqlRecovery.Client.Protocol;

/// <summary>Strings as the client/server protocol writes them.</summary>
internal static class ProtocolFields
{
    public static string ReadNullTerminated(this ref ByteCursor cursor)
    {
        int length = cursor.Rest.IndexOf((byte)0);
        if (length < 0)
            throw new EndOfStreamException("a string has no terminating zero");
        string text = Encoding.UTF8.GetString(cursor.Take(length));
        cursor.Skip(1);
        return text;
    }

    public static string ReadText(this ref ByteCursor cursor) => Encoding.UTF8.GetString(cursor.Take(cursor.ReadLength()));
}
