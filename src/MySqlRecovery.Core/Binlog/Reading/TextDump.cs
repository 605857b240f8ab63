using System.Buffers.Binary;
using System.Buffers.Text;
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
    private static readonly byte[] Magic = [0xFE, 0x62, 0x69, 0x6E];

    /// <summary>Whether the first bytes of a file look like mysqlbinlog's output.</summary>
    public static bool IsTextDump(ReadOnlySpan<byte> start) =>
        start.IndexOf("/*!50530 SET @@SESSION.PSEUDO_SLAVE_MODE=1*/"u8) >= 0 || start.IndexOf("/*!40019 SET @@session.max_"u8) >= 0
        || start.IndexOf("BINLOG '\n"u8) >= 0;

    /// <summary>The events as a binlog file.</summary>
    public static ByteSource Extract(ByteSource text, CancellationToken stop)
    {
        SpoolFile spool = SpoolFile.Create(text.Path);
        try
        {
            spool.Append(Magic);
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
                    if (!isInside && statements.Add(content) is { } statement && spool.Length > Magic.Length)
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

            if (isInside || spool.Length == Magic.Length)
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
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
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
            BinaryPrimitives.WriteUInt32LittleEndian(statement.AsSpan(statement.Length - 4), Crc32.Compute(statement.AsSpan(0, statement.Length - 4)));
        }

        spool.Append(statement);
    }
}
