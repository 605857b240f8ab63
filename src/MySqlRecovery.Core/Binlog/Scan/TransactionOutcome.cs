using System.Runtime.CompilerServices;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>
/// What becomes of a transaction, found by looking ahead in its log from header to header: its end, the parts that a
/// ROLLBACK TO SAVEPOINT took back, and the id of an XA transaction.
/// </summary>
internal sealed class TransactionOutcome
{
    // The statements that decide are short; the text of others is not needed.
    private const int MaximumStatementLength = 4096;
    private List<(long From, long To)>? _rolledBack;
    private Dictionary<string, long>? _savepoints;
    private TransactionEnd? _end;
    private bool _hasBegun;

    private TransactionOutcome()
    {
    }

    /// <summary>Of what cannot be looked at: damage or an unknown start lies before it.</summary>
    public static TransactionOutcome Unknown { get; } = new() { _end = TransactionEnd.Unknown };

    /// <summary>Id of an XA transaction as XA COMMIT names it, without white space; null for others.</summary>
    public string? XaId { get; private set; }

    /// <summary>Looks ahead from the transaction's first event.</summary>
    /// <param name="reader">Stands on an event of the transaction.</param>
    /// <param name="start">Offset of its first event.</param>
    /// <param name="isXa">Whether it began with XA START.</param>
    [MethodImpl(Jit.Hot)]
    public static TransactionOutcome Find(EventReader reader, long start, bool isXa)
    {
        var outcome = new TransactionOutcome();
        int checksum = reader.Format.Checksum == ChecksumAlgorithm.Crc32 ? 4 : 0;
        Span<byte> bytes = stackalloc byte[EventHeader.Size];
        for (long at = start; outcome._end == null;)
        {
            int got = reader.ReadAhead(at, bytes);
            EventHeader header = got < bytes.Length ? default : EventHeader.Parse(bytes);
            // That an event which decides nothing is there to its end shows where the next one should start.
            if ((header.Length == 0 && header == default) || (MayDecide(header.Type) && !HasWhole(reader, header, at)))
                outcome._end = got < 0 || IsRelayLog(reader) ? TransactionEnd.Unknown : TransactionEnd.Missing;
            else if (header.Length < EventHeader.Size + checksum || header.Length > FileEventReader.MaximumEventLength
                || !header.Type.IsKnown())
                outcome._end = TransactionEnd.Unknown;
            else if (at > start && header.Type.IsGtid())
                outcome._end = TransactionEnd.Missing;
            else if (header.Type == BinlogEventType.TransactionPayload && !isXa)
                outcome._end = TransactionEnd.Commit; // it is written when the transaction has been decided
            else
                outcome.Take(reader, header, at, (int)header.Length - EventHeader.Size - checksum);
            at += header.Length;
        }

        return outcome;
    }

    /// <summary>What became of an event of the transaction.</summary>
    /// <param name="position">Offset of the event in its log.</param>
    [MethodImpl(Jit.Hot)]
    public TransactionEnd EndOf(long position) =>
        _rolledBack != null && IsRolledBack(_rolledBack, position) ? TransactionEnd.Rollback : _end ?? TransactionEnd.Unknown;

    /// <summary>The id that an XA statement names, without white space: two statements of one transaction give the same.</summary>
    public static string XaIdOf(string statement)
    {
        var tokenizer = new SqlTokenizer(statement);
        var id = new StringBuilder();
        try
        {
            tokenizer.Next();
            tokenizer.Next();
            for (SqlToken token = tokenizer.Next(); token.Kind != SqlTokenKind.End; token = tokenizer.Next())
                id.Append(statement, token.Start, token.End - token.Start);
        }
        catch (RecoveryException)
        {
            return statement; // the id of none
        }

        return id.ToString();
    }

    [MethodImpl(Jit.Hot)]
    private void Take(EventReader reader, in EventHeader header, long at, int bodyLength)
    {
        if (header.Type == BinlogEventType.Xid)
            _end = TransactionEnd.Commit;
        if (header.Type == BinlogEventType.Xid || !MayDecide(header.Type) || (header.Type.IsQuery() && bodyLength > MaximumStatementLength))
            return;
        Span<byte> body = bodyLength <= MaximumStatementLength ? stackalloc byte[bodyLength] : new byte[bodyLength];
        if (reader.ReadAhead(at + EventHeader.Size, body) < bodyLength)
        {
            _end = TransactionEnd.Missing;
            return;
        }

        try
        {
            if (header.Type == BinlogEventType.TransactionPayload)
                TakePayload(body.ToArray(), at);
            else
                TakeBody(header.Type.Uncompressed(), header.Type.IsCompressed() ? Expand(reader, header, body) : body, at);
        }
        catch (Exception e) when (MalformedData.Is(e))
        {
            _end = TransactionEnd.Unknown;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayDecide(BinlogEventType type) =>
        type is BinlogEventType.Xid or BinlogEventType.XaPrepare or BinlogEventType.TransactionPayload || type.IsQuery();

    private static byte[] Expand(EventReader reader, in EventHeader header, ReadOnlySpan<byte> body)
    {
        using var compression = new MariaDbCompression();
        compression.Expand(header, body, reader.Format.TableIdLength);
        return compression.Raw[EventHeader.Size..].ToArray();
    }

    private void TakePayload(byte[] body, long at)
    {
        using var zstd = new ZstdStream();
        using var payload = new PayloadReader(body, zstd);
        while (_end == null && payload.Read())
        {
            if (payload.Header.Type is BinlogEventType.Query or BinlogEventType.XaPrepare)
                TakeBody(payload.Header.Type, payload.Raw[EventHeader.Size..], at);
        }

        _end ??= TransactionEnd.Commit;
    }

    [MethodImpl(Jit.Hot)]
    private void TakeBody(BinlogEventType type, ReadOnlySpan<byte> body, long at)
    {
        if (type == BinlogEventType.XaPrepare)
            _end = body.Length > 0 && body[0] != 0 ? TransactionEnd.Commit : TransactionEnd.Prepare;
        else if (type == BinlogEventType.Query)
            TakeStatement(QueryEvent.Parse(body), at);
    }

    [MethodImpl(Jit.Hot)]
    private void TakeStatement(in QueryEvent query, long at)
    {
        if (!query.IsTransactionControl)
            return;
        if (query.IsBegin)
        {
            if (_hasBegun)
                _end = TransactionEnd.Missing;
            _hasBegun = true;
            return;
        }

        string statement = query.DecodeStatement();
        if (query.IsCommitOrRollback)
        {
            _end = statement == "COMMIT" ? TransactionEnd.Commit : TransactionEnd.Rollback;
        }
        else if (statement.StartsWith("SAVEPOINT ", StringComparison.OrdinalIgnoreCase))
        {
            (_savepoints ??= new(StringComparer.OrdinalIgnoreCase))[NameAtEnd(statement)] = at;
        }
        else if (statement.StartsWith("ROLLBACK TO ", StringComparison.OrdinalIgnoreCase))
        {
            (_rolledBack ??= []).Add((_savepoints?.GetValueOrDefault(NameAtEnd(statement)) ?? 0, at));
        }
        else if (query.XaVerb == "END")
        {
            XaId = XaIdOf(statement);
        }
    }

    private static bool IsRolledBack(List<(long From, long To)> parts, long position) =>
        parts.Exists(part => position >= part.From && position < part.To);

    // The servers write a savepoint's name last and in backquotes, between which there may be spaces.
    private static string NameAtEnd(string statement)
    {
        string text = statement.TrimEnd();
        int start = text.IndexOf('`', StringComparison.Ordinal);
        return text[(start >= 0 ? start : text.LastIndexOfAny([' ', '\t', '\r', '\n']) + 1)..].Trim('`');
    }

    [MethodImpl(Jit.Hot)]
    private static bool HasWhole(EventReader reader, in EventHeader header, long at) =>
        header.Length <= EventHeader.Size || reader.ReadAhead(at + header.Length - 1, stackalloc byte[1]) == 1;

    // A transaction can go on in the next relay log, after the receiver had to connect again.
    private static bool IsRelayLog(EventReader reader)
    {
        Span<byte> bytes = stackalloc byte[EventHeader.Size];
        return reader.ReadAhead(FileEventReader.FirstPosition, bytes) == bytes.Length
            && EventHeader.Parse(bytes).Flags.HasFlag(EventFlags.RelayLog);
    }
}
