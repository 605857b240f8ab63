using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using MySqlRecovery.IO;
using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Binlog.Events;

/// <summary>
/// A QUERY event: thread id 4, execution time 4, length of the database 1, error code 2, length of the status variables
/// 2, status variables, database and a zero, the statement to the end.
/// </summary>
internal readonly ref struct QueryEvent
{
    private const byte FlagsCode = 0, SqlModeCode = 1, CatalogCode = 2, AutoIncrementCode = 3, CharsetCode = 4, CatalogNzCode = 6;
    private readonly ReadOnlySpan<byte> _statusVariables;

    private QueryEvent(uint threadId, ReadOnlySpan<byte> statusVariables, ReadOnlySpan<byte> database, ReadOnlySpan<byte> statement)
    {
        ThreadId = threadId;
        _statusVariables = statusVariables;
        DatabaseBytes = database;
        Statement = statement;
    }

    /// <summary>The session that ran the statement (its connection id, <c>pseudo_thread_id</c>).</summary>
    public uint ThreadId { get; }

    /// <summary>The statement in the character set of the session.</summary>
    public ReadOnlySpan<byte> Statement { get; }

    /// <summary>The session's default database.</summary>
    public string Database => Encoding.UTF8.GetString(DatabaseBytes);

    /// <summary>The same in UTF-8.</summary>
    public ReadOnlySpan<byte> DatabaseBytes { get; }

    public bool IsBegin => IsBeginText(Statement);

    /// <summary>Whether this ends a transaction. XA COMMIT and XA ROLLBACK are groups of their own.</summary>
    public bool IsCommitOrRollback => IsEndText(Statement);

    /// <summary>Whether this decides on a prepared transaction.</summary>
    public bool IsXaDecision => XaVerb is "COMMIT" or "ROLLBACK";

    /// <summary>What an XA statement does, in upper case, such as START, END or COMMIT; null for other statements.</summary>
    public string? XaVerb => XaVerbOf(Statement);

    /// <summary>Statements that move inside a transaction: SAVEPOINT, ROLLBACK TO, XA START, XA END.</summary>
    public bool IsTransactionControl => IsControl(Statement);

    [MethodImpl(Jit.Hot)]
    public static QueryEvent Parse(ReadOnlySpan<byte> body)
    {
        var cursor = new ByteCursor(body);
        uint threadId = cursor.ReadUInt32();
        cursor.Skip(4);
        int databaseLength = cursor.ReadByte();
        cursor.Skip(2);
        ReadOnlySpan<byte> status = cursor.Take(cursor.ReadUInt16());
        ReadOnlySpan<byte> database = cursor.Take(databaseLength);
        cursor.Skip(1);
        return new QueryEvent(threadId, status, database, cursor.Rest);
    }

    /// <summary>The statement as text.</summary>
    public string DecodeStatement() => IsBegin ? "BEGIN" : Client()?.Decode(Statement) ?? Encoding.UTF8.GetString(Statement);

    /// <summary>The sql_mode bits under which the statement is to be read.</summary>
    public SqlModes SqlModes => _statusVariables is [FlagsCode, _, _, _, _, SqlModeCode, ..] && _statusVariables.Length >= 14
        ? (SqlModes)BinaryPrimitives.ReadUInt64LittleEndian(_statusVariables[6..])
        : _statusVariables is [SqlModeCode, ..] && _statusVariables.Length >= 9
        ? (SqlModes)BinaryPrimitives.ReadUInt64LittleEndian(_statusVariables[1..])
        : SqlModes.None;

    /// <summary>The same as <see cref="IsTransactionControl"/> for the text alone.</summary>
    [MethodImpl(Jit.Hot)]
    public static bool IsControl(ReadOnlySpan<byte> statement) => IsBeginText(statement) || IsEndText(statement)
        || StartsWith(statement, "SAVEPOINT "u8) || StartsWith(statement, "ROLLBACK TO "u8) || XaVerbOf(statement) != null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsBeginText(ReadOnlySpan<byte> statement) => statement.SequenceEqual("BEGIN"u8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsEndText(ReadOnlySpan<byte> statement) =>
        statement.SequenceEqual("COMMIT"u8) || statement.SequenceEqual("ROLLBACK"u8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static string? XaVerbOf(ReadOnlySpan<byte> statement) =>
        statement.Length > 2 && (statement[0] | 0x20) == 'x' && (statement[1] | 0x20) == 'a' ? SecondWord(statement, 2) : null;

    // Blanks and comments of any kind may be between the words.
    private static string? SecondWord(ReadOnlySpan<byte> statement, int firstLength)
    {
        string text = Encoding.Latin1.GetString(statement);
        var tokenizer = new SqlTokenizer(text);
        try
        {
            SqlToken first = tokenizer.Next(), second = tokenizer.Next();
            return first.End == firstLength && second.Kind == SqlTokenKind.Word
                ? text[second.Start..second.End].ToUpperInvariant() : null;
        }
        catch (RecoveryException)
        {
            return null;
        }
    }

    private static bool StartsWith(ReadOnlySpan<byte> statement, ReadOnlySpan<byte> word) =>
        statement.Length > word.Length && Ascii.EqualsIgnoreCase(statement[..word.Length], word);

    // character_set_client stands after the variables that every server writes first; the rest is of no interest here.
    private CharacterSet? Client()
    {
        ReadOnlySpan<byte> rest = _statusVariables;
        while (rest.Length > 1)
        {
            int length = rest[0] switch
            {
                FlagsCode or AutoIncrementCode => 4,
                SqlModeCode => 8,
                CatalogNzCode => 1 + rest[1],
                CatalogCode => 2 + rest[1],
                CharsetCode when rest.Length >= 3 => -1,
                _ => -2,
            };
            if (length == -1)
                return CharacterSets.ByCollationId(BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]));
            if (length < 0 || length >= rest.Length)
                return null;
            rest = rest[(1 + length)..];
        }

        return null;
    }
}
