using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Reading;

/// <summary>
/// The text that mysqlbinlog writes, for those who kept only that: the events in its <c>BINLOG '…'</c> statements are
/// turned back into a binlog, and the statements between them into QUERY events. GTIDs are not taken from it.
/// </summary>
internal static class TextDump
{
    /// <summary>Whether the first bytes of a file look like mysqlbinlog's output.</summary>
    // The statements and comments of a log can hold such text: what has the magic number of a log, plain or encrypted, is one.
    public static bool IsTextDump(ReadOnlySpan<byte> start) =>
        !(start.Length > 4 && start[0] is 0xFD or 0xFE && start[1..4].SequenceEqual("bin"u8))
        && (start.IndexOf("/*!50530 SET @@SESSION.PSEUDO_SLAVE_MODE=1*/"u8) >= 0 || start.IndexOf("/*!40019 SET @@session.max_"u8) >= 0
        || start.IndexOf("BINLOG '\n"u8) >= 0);

    /// <summary>The events as a binlog file.</summary>
    public static ByteSource Extract(ByteSource text, CancellationToken stop)
    {
        SpoolFile spool = SpoolFile.Create(text.Path);
        try
        {
            spool.Append(BinlogFile.Magic);
            using var reader = new StreamReader(new SourceStream(text), Encoding.Latin1, false, 1 << 16);
            bool isInside = false, hasChecksum = false;
            long line = 0;
            var statements = new TextStatements();
            var block = new StringBuilder();
            while (reader.ReadLine() is { } content)
            {
                line++;
                if (!isInside)
                {
                    isInside = content.StartsWith("BINLOG '", StringComparison.Ordinal);
                    block.Clear();
                    if (!isInside && statements.Add(content) is { } statement && spool.Length > BinlogFile.Magic.Length)
                        AppendStatement(spool, statement, hasChecksum);
                    continue;
                }

                stop.ThrowIfCancellationRequested();
                bool ends = content.StartsWith('\'');
                if (!ends)
                    block.Append(content);
                if (!ends && !content.EndsWith('='))
                    continue;
                AppendEvents(spool, block, text.Path, line, ref hasChecksum);
                block.Clear();
                isInside = !ends;
            }

            if (isInside || spool.Length == BinlogFile.Magic.Length)
                throw new RecoveryException(
                    "TextDumpIncomplete", RecoveryErrorKind.InvalidData,
                    isInside ? "the text ends within a BINLOG statement" : "the text holds no BINLOG statement", text.Path);
            return spool;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    // One base64 block holds one or more events; their positions are those of the original log, which the copy has not.
    private static void AppendEvents(SpoolFile spool, StringBuilder block, string path, long line, ref bool hasChecksum)
    {
        if (block.Length == 0)
            return;
        byte[] events = Encoding.Latin1.GetBytes(block.ToString());
        if (Base64.DecodeFromUtf8InPlace(events, out int length) != System.Buffers.OperationStatus.Done)
            throw new RecoveryException("TextDumpDamaged", RecoveryErrorKind.InvalidData, $"line {line} is not base64", path);
        if (length > EventHeader.Size && (BinlogEventType)events[4] == BinlogEventType.FormatDescription)
            hasChecksum = HasChecksum(events.AsSpan(0, length), path, line);
        spool.Append(events.AsSpan(0, length));
    }

    private static bool HasChecksum(ReadOnlySpan<byte> events, string path, long line)
    {
        try
        {
            int length = (int)Math.Min(EventHeader.Parse(events).Length, (uint)events.Length);
            return FormatDescriptionEvent.Parse(events[..length]).Checksum == ChecksumAlgorithm.Crc32;
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            throw new RecoveryException("TextDumpDamaged", RecoveryErrorKind.InvalidData, $"line {line}: {e.Message}", path, inner: e);
        }
    }

    private static void AppendStatement(SpoolFile spool, byte[] statement, bool hasChecksum)
    {
        if (hasChecksum)
        {
            Array.Resize(ref statement, statement.Length + 4);
            BinaryPrimitives.WriteInt32LittleEndian(statement.AsSpan(9), statement.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(
                statement.AsSpan(statement.Length - 4), Crc32.Compute(statement.AsSpan(0, statement.Length - 4)));
        }

        spool.Append(statement);
    }
}

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
            return statement.Length == 0 || statement.StartsWith("/*!", StringComparison.Ordinal)
                || statement.StartsWith("/*M!", StringComparison.Ordinal)
                || statement.StartsWith("SET ", StringComparison.Ordinal)
                    || statement.EndsWith("/* added by mysqlbinlog */", StringComparison.Ordinal)
                || statement.StartsWith("DELIMITER", StringComparison.Ordinal);
        return true;
    }

    // Fractions of a second stand after a point.
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
