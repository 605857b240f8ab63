using System.Runtime.CompilerServices;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.Binlog.Scan;

/// <summary>
/// Follows a log event by event and knows for each of them the transaction that it belongs to: its GTID, where it
/// starts, which session ran it, and which statement the row events come from.
/// </summary>
internal sealed class TransactionTracker
{
    private GtidEvent _gtidEvent;
    private string? _gtidText;
    private TransactionFacts? _facts;
    private byte[] _statement = [];
    private int _statementLength = -1;
    private string? _statementText;
    private bool _isOver = true;
    private bool _hasBegun;
    private bool _statementIsOver;

    /// <summary>Offset of the transaction's first event.</summary>
    public long Position { get; private set; }

    /// <summary>Time of its first event.</summary>
    public DateTime Time { get; private set; }

    public Gtid? Gtid => _gtidEvent.Gtid;

    /// <summary>The GTID as text; null for anonymous transactions and outside of transactions.</summary>
    public string? GtidText => _gtidText ??= Gtid?.ToString();

    /// <summary>The session's connection id; null where the log does not say.</summary>
    public uint? ThreadId { get; private set; }

    /// <summary>The GTID event that started the transaction; the default value where none did.</summary>
    public ref readonly GtidEvent GtidEvent => ref _gtidEvent;

    /// <summary>What it says, as the objects of all the transaction's events have it.</summary>
    [MethodImpl(Jit.Hot)]
    public TransactionFacts FactsOf(FormatDescriptionEvent format) => _facts ??= GtidEvent.ToFacts(format.IsMariaDb);

    /// <summary>Whether a GTID event, anonymous or not, started the transaction.</summary>
    public bool HasGtidEvent { get; private set; }

    /// <summary>Whether it began with XA START.</summary>
    public bool IsXa { get; private set; }

    /// <summary>Whether it began with neither BEGIN nor a GTID: after damage, or in a log made from mysqlbinlog's text.</summary>
    public bool IsBare { get; private set; }

    /// <summary>Whether the present event is part of a transaction.</summary>
    public bool IsInside { get; private set; }

    /// <summary>Whether the present event ends its transaction.</summary>
    public bool IsOver => _isOver && IsInside;

    /// <summary>The original statement of the row events at hand (ROWS_QUERY, annotate); null where it was not logged.</summary>
    public string? Statement => _statementLength < 0
        ? null : _statementText ??= Encoding.UTF8.GetString(_statement.AsSpan(0, _statementLength));

    /// <summary>Forgets everything: a new file starts.</summary>
    public void Reset()
    {
        _isOver = true;
        Forget();
    }

    /// <summary>Takes the reader's present event in.</summary>
    [MethodImpl(Jit.Hot)]
    public void Observe(EventReader reader)
    {
        BinlogEventType type = reader.Header.Type;
        if (_isOver || type.IsGtid())
            Forget();
        if (_statementIsOver)
            ForgetStatement();

        if (type.IsGtid())
        {
            Start(reader);
            HasGtidEvent = true;
            _gtidEvent = GtidEvent.Parse(reader.Header, reader.Body);
            ThreadId = _gtidEvent.ThreadId;
            // MariaDB writes no BEGIN: the GTID stands for it.
            _hasBegun = type == BinlogEventType.MariaDbGtid && !_gtidEvent.Flags.HasFlag(MariaDbGtidFlags.Standalone);
        }
        else if (type.IsQuery())
        {
            ObserveQuery(reader);
        }
        else if (type is BinlogEventType.Xid or BinlogEventType.XaPrepare)
        {
            _isOver = IsInside;
        }
        else if (type == BinlogEventType.TableMap && !IsInside)
        {
            // Logs made from mysqlbinlog's text have row events only: each statement is a transaction then.
            Start(reader);
            IsBare = true;
        }
        else if (type == BinlogEventType.RowsQuery)
        {
            KeepStatement(reader.Body.Length > 1 ? reader.Body[1..] : default);
        }
        else if (type == BinlogEventType.MariaDbAnnotateRows)
        {
            KeepStatement(reader.Body);
        }
        else if (type.IsRows() && reader.Body.Length >= 8)
        {
            int flags = reader.Format.TableIdLength;
            _statementIsOver = (reader.Body[flags] & (byte)RowsEventFlags.StatementEnd) != 0;
            _isOver = _statementIsOver && IsBare;
        }
    }

    [MethodImpl(Jit.Hot)]
    private void ObserveQuery(EventReader reader)
    {
        QueryEvent query = QueryEvent.Parse(reader.Body);
        // The one before was never ended: the server or the receiver stopped in it.
        if (_hasBegun && query.IsBegin)
            Forget();
        if (!IsInside || query.IsBegin)
        {
            if (!IsInside)
                Start(reader);
            _hasBegun = query.IsBegin;
        }

        ThreadId = query.ThreadId;
        IsXa |= query.XaVerb is "START" or "BEGIN";
        // Outside BEGIN … COMMIT a statement is a transaction of its own: DDL, XA COMMIT.
        _isOver = query.IsCommitOrRollback || (!_hasBegun && !query.IsTransactionControl) || query.IsXaDecision;
    }

    [MethodImpl(Jit.Hot)]
    private void Start(EventReader reader)
    {
        IsInside = true;
        Position = reader.Position;
        Time = reader.Header.Time;
        _isOver = false;
    }

    [MethodImpl(Jit.Hot)]
    private void Forget()
    {
        if (HasGtidEvent)
            _gtidEvent = default;
        HasGtidEvent = false;
        _gtidText = null;
        _facts = null;
        ThreadId = null;
        IsInside = false;
        _isOver = false;
        _hasBegun = false;
        IsBare = false;
        IsXa = false;
        Position = 0;
        ForgetStatement();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ForgetStatement()
    {
        _statementLength = -1;
        _statementText = null;
        _statementIsOver = false;
    }

    private void KeepStatement(ReadOnlySpan<byte> text)
    {
        if (_statement.Length < text.Length)
            _statement = new byte[text.Length];
        text.CopyTo(_statement);
        _statementLength = text.Length;
        _statementText = null;
    }
}
