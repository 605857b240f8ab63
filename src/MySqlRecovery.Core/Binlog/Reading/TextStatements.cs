using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Reading;

/// <summary>
/// What stands between the BINLOG statements of mysqlbinlog's text: BEGIN, COMMIT, DDL and all that was logged as a
/// statement become QUERY events again. What mysqlbinlog itself says to the session is left out.
/// </summary>
internal sealed class TextStatements
{
    private const string Delimiter = "/*!*/;", Timestamp = "SET TIMESTAMP=", ThreadId = "SET @@session.pseudo_thread_id=";
    private readonly StringBuilder _text = new();
    private string _database = string.Empty;
    private uint _timestamp;
    private uint _threadId;

    /// <summary>Takes a line in; gives the event that it completes, without checksum, or null.</summary>
    public byte[]? Add(string line)
    {
        if (_text.Length == 0 && (line.Length == 0 || line[0] == '#'))
            return null;
        if (!line.EndsWith(Delimiter, StringComparison.Ordinal))
        {
            _text.Append(line).Append('\n');
            return null;
        }

        string statement = _text.Append(line, 0, line.Length - Delimiter.Length).ToString().Trim();
        _text.Clear();
        return IsForSession(statement) ? null : ToEvent(statement == "START TRANSACTION" ? "BEGIN" : statement);
    }

    private bool IsForSession(string statement)
    {
        if (statement.StartsWith(Timestamp, StringComparison.Ordinal))
            _timestamp = Number(statement.AsSpan(Timestamp.Length));
        else if (statement.StartsWith(ThreadId, StringComparison.Ordinal))
            _threadId = Number(statement.AsSpan(ThreadId.Length));
        else if (statement.StartsWith("use `", StringComparison.Ordinal))
            _database = statement[5..].TrimEnd('`').Replace("``", "`", StringComparison.Ordinal);
        else
            return statement.Length == 0 || statement.StartsWith("/*!", StringComparison.Ordinal) || statement.StartsWith("/*M!", StringComparison.Ordinal)
                || statement.StartsWith("SET ", StringComparison.Ordinal) || statement.EndsWith("/* added by mysqlbinlog */", StringComparison.Ordinal)
                || statement.StartsWith("DELIMITER", StringComparison.Ordinal);
        return true;
    }

    // Fractions of a second stand behind a point.
    private static uint Number(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        return uint.TryParse(end < 0 ? text : text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : 0;
    }

    // Thread id 4, time 4, length of the database 1, error 2, length of the status variables 2; the text was read as Latin-1.
    private byte[] ToEvent(string statement)
    {
        byte[] database = Encoding.Latin1.GetBytes(_database);
        byte[] text = Encoding.Latin1.GetBytes(statement);
        int databaseLength = Math.Min(database.Length, byte.MaxValue);
        const int HeadLength = EventHeader.Size + 13;
        var raw = new byte[HeadLength + databaseLength + 1 + text.Length];
        new EventHeader(_timestamp, BinlogEventType.Query, 0, (uint)raw.Length, 0, default).Write(raw);
        BinaryPrimitives.WriteUInt32LittleEndian(raw.AsSpan(EventHeader.Size), _threadId);
        raw[EventHeader.Size + 8] = (byte)databaseLength;
        database.AsSpan(0, databaseLength).CopyTo(raw.AsSpan(HeadLength));
        text.CopyTo(raw, HeadLength + databaseLength + 1);
        return raw;
    }
}
