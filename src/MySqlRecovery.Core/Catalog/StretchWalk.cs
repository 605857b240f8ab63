using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Gtids;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Catalog;

/// <summary>
/// Walks a part of a log by its events' headers, checks every checksum on the way, and notes stretches of plain transactions: a
/// GTID, BEGIN, table maps, rows, and XID or COMMIT. All else, and what is not as it should be, is in no stretch: whoever scans the
/// log reads it. One part after the other; a log's walks share nothing but its tables' numbers.
/// </summary>
/// <param name="log">The log, read from any thread.</param>
/// <param name="choice">What the scan chooses of it.</param>
internal sealed class StretchWalk(WalkedLog log, WalkChoice choice) : IDisposable
{
    private const int BufferLength = 1 << 20;

    // A stretch lists so many sessions and no more.
    private const int EnoughThreads = 48;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
    private readonly int _checksum = log.Format.Checksum == ChecksumAlgorithm.Crc32 ? 4 : 0;
    private readonly int _idLength = log.Format.TableIdLength;
    private readonly Dictionary<ulong, WalkedTable> _byId = [];
    private readonly Dictionary<int, WalkedTable> _byNumber = [];
    private readonly List<WalkedTable> _touched = [];
    private readonly List<WalkedTable> _inStretch = [];
    private List<LogStretch> _found = [];
    private LogStretch? _stretch;
    private WalkedTransaction _now;
    private WalkedTransaction _last;
    private StretchRows? _places;
    private long _number;

    /// <summary>The stretches whose first transaction starts in a part of the log.</summary>
    /// <param name="from">Where the part starts.</param>
    /// <param name="isEvent">Whether an event is known to start there.</param>
    /// <param name="end">Where it ends. Transactions go beyond that, by the length of another part at most.</param>
    /// <param name="stop">Ends it.</param>
    [MethodImpl(Jit.Hot)]
    public List<LogStretch> Find(long from, bool isEvent, long end, CancellationToken stop)
    {
        _found = [];
        _now = default;
        try
        {
            long? start = isEvent ? from : new EventResync(log.Source, _checksum > 0).Find(from, log.ServerId, stop, end);
            if (start is { } first)
                Walk(first, end, end + (end - from), stop);
        }
        catch (Exception e) when (MalformedData.Is(e) || e is RecoveryException or OperationCanceledException)
        {
            // Whoever scans reads here, and meets it.
        }

        Abandon();
        Cut();
        return _found;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    [MethodImpl(Jit.Hot)]
    private void Walk(long position, long end, long last, CancellationToken stop)
    {
        long offset = position;
        int length = 0;
        while (position < last)
        {
            int at = (int)(position - offset);
            if (at + EventHeader.Size > length || !IsHere(at, length))
            {
                stop.ThrowIfCancellationRequested();
                // A long event may end beyond the buffer.
                int kept = Math.Max(0, length - at);
                _buffer.AsSpan(Math.Min(at, length), kept).CopyTo(_buffer);
                length = kept + log.Source.Read(position + kept, _buffer.AsSpan(kept, BufferLength - kept));
                (offset, at) = (position, 0);
                if (length < EventHeader.Size)
                    return;
            }

            EventHeader header = EventHeader.Parse(_buffer.AsSpan(at));
            if (header.Length < EventHeader.Size + _checksum || header.Length > FileEventReader.MaximumEventLength
                || header.Type == BinlogEventType.FormatDescription)
                return;
            if (header.Type.IsGtid() && position >= end)
                return;
            if (header.Length <= length - at)
            {
                ReadOnlySpan<byte> raw = _buffer.AsSpan(at, (int)header.Length);
                if (_checksum > 0 && !Crc32.EndsWithChecksum(raw))
                    return;
                Take(header, raw[..^_checksum], position);
            }
            else if (length < BufferLength)
            {
                return;
            }
            else
            {
                // Too long to be looked at here.
                Abandon();
                Cut();
            }

            position += header.Length;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsHere(int at, int length) =>
        BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(at + EventHeader.LengthOffset)) <= (uint)(length - at);

    [MethodImpl(Jit.Hot)]
    private void Take(in EventHeader header, ReadOnlySpan<byte> raw, long position)
    {
        ReadOnlySpan<byte> body = raw[EventHeader.Size..];
        if (header.Type.IsGtid())
        {
            Abandon();
            if (_stretch?.End != position)
                Cut();
            Begin(header, body, position);
        }

        if (!_now.IsOpen)
        {
            Cut();
            return;
        }

        _now.Take(header);
        if (header.Type == BinlogEventType.TableMap)
            TakeMap(raw);
        else if (header.Type.Operation() is { } operation && !header.Type.IsCompressed())
            TakeRows(header, operation, body, position + header.Length);
        else if (header.Type == BinlogEventType.Xid)
            End(position + header.Length);
        else if (header.Type == BinlogEventType.Query)
            TakeQuery(body, position + header.Length);
        else if (!header.Type.IsGtid() && header.Type is not (BinlogEventType.RowsQuery or BinlogEventType.MariaDbAnnotateRows))
            Abandon();
    }

    [MethodImpl(Jit.Hot)]
    private void Begin(in EventHeader header, ReadOnlySpan<byte> body, long position)
    {
        GtidEvent gtid = GtidEvent.Parse(header, body);
        const MariaDbGtidFlags plain = MariaDbGtidFlags.GroupCommit | MariaDbGtidFlags.Transactional | MariaDbGtidFlags.AllowParallel
            | MariaDbGtidFlags.Waited | MariaDbGtidFlags.ThreadId;
        _number++;
        _now = new WalkedTransaction
        {
            IsOpen = (gtid.Flags & ~plain) == 0,
            Start = position,
            FirstTime = uint.MaxValue,
            FirstKnownTime = uint.MaxValue,
            ServerId = header.ServerId,
            Gtid = gtid.Gtid,
            ThreadId = gtid.ThreadId,
            HasBegun = header.Type == BinlogEventType.MariaDbGtid,
            IsWanted = !choice.AsksForRows,
        };
    }

    [MethodImpl(Jit.Hot)]
    private void TakeMap(ReadOnlySpan<byte> raw)
    {
        var cursor = new ByteCursor(raw[EventHeader.Size..]);
        ulong id = TableMap.ReadTableId(ref cursor, _idLength);
        if (!_byId.TryGetValue(id, out WalkedTable? table)
            || !table.Map!.Raw.AsSpan(EventHeader.Size).SequenceEqual(raw[EventHeader.Size..]))
            table = Add(id, raw);
        table.MapTransaction = _number;
        _now.IsWanted |= choice.IsWanted(table.Map!, null);
        Touch(table);
    }

    private WalkedTable Add(ulong id, ReadOnlySpan<byte> raw)
    {
        TableMap map = log.MapOf(raw);
        int number = log.NumberOf(map);
        if (!_byNumber.TryGetValue(number, out WalkedTable? table))
            _byNumber.Add(number, table = new WalkedTable(number));
        // One table with two maps at a time: the scan sorts that out.
        if (table.MapTransaction == _number)
            Abandon();
        if (table.Map is { } last)
            _byId.Remove(last.TableId);
        table.Map = map;
        return _byId[id] = table;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Touch(WalkedTable table)
    {
        if (table.Transaction == _number)
            return;
        table.Transaction = _number;
        _touched.Add(table);
    }

    [MethodImpl(Jit.Hot)]
    private void TakeRows(in EventHeader header, RowOperation operation, ReadOnlySpan<byte> body, long end)
    {
        if (header.Type == BinlogEventType.PartialUpdateRows
            || !_byId.TryGetValue(RowsEvent.PeekTableId(body, _idLength), out WalkedTable? table) || table.MapTransaction != _number)
        {
            Abandon();
            return;
        }

        var rows = RowsEvent.Parse(header.Type, body, table.Map!.Columns.Length, _idLength);
        int count = choice.TakesAll ? RowCursor.Count(rows, table.Map) : 0;
        // What cannot be undone, and rows of which there is nothing to count, have a word said about them.
        if (choice.TakesAll && (count == 0 || ChangeRules.FindObstacle(rows, table.Map, log.Format, reverse: true) != null))
        {
            Abandon();
            return;
        }

        // What is undone row by row has more than one place.
        if (choice.TakesPlaces && count > 1 && UpdateChains.IsIn(rows, table.Map))
        {
            Abandon();
            return;
        }

        _now.IsWanted |= choice.IsWanted(table.Map, operation);
        _now.RowEvents++;
        _now.LacksThread |= _now.ThreadId == null;
        table.Add(operation, count, header.Length, header.Timestamp, end);
        if (choice.TakesPlaces)
        {
            (_places ??= log.RentPlaces()).Add(new RowEventPlace(
                table.Map, end - header.Length, (int)header.Length - _checksum, rows.Rows.Length, count, header.Type, rows.EndsStatement));
        }
    }

    [MethodImpl(Jit.Hot)]
    private void TakeQuery(ReadOnlySpan<byte> body, long end)
    {
        var query = QueryEvent.Parse(body);
        if (query.IsBegin && !_now.HasBegun)
            (_now.HasBegun, _now.ThreadId) = (true, query.ThreadId);
        else if (_now.HasBegun && query.Statement.SequenceEqual("COMMIT"u8))
            End(end);
        else
            Abandon();
    }

    [MethodImpl(Jit.Hot)]
    private void End(long end)
    {
        if (!_now.HasBegun || _now.HasOtherServer || (!choice.TakesAll && !choice.MayPass(_now)))
        {
            Abandon();
            return;
        }

        if (_stretch == null)
        {
            _stretch = new LogStretch { Start = _now.Start, IsUnwanted = !choice.TakesAll };
        }

        _now.AddTo(_stretch, _last, choice.NamesGtids);
        _last = _now;
        _stretch.End = end;
        foreach (WalkedTable table in _touched)
        {
            if (table.Commit(_now.Start))
                _inStretch.Add(table);
        }

        _touched.Clear();
        _places?.Commit(_now.Start, _now.ThreadId, _now.Gtid);
        _now.IsOpen = false;
        if (_stretch.Threads!.Count >= EnoughThreads)
            Cut();
    }

    // The transaction at hand is none for a stretch.
    [MethodImpl(Jit.Hot)]
    private void Abandon()
    {
        _now.IsOpen = false;
        foreach (WalkedTable table in _touched)
            table.Discard();
        _touched.Clear();
        _places?.Discard();
    }

    private void Cut()
    {
        if (_stretch == null)
            return;
        foreach (WalkedTable table in _inStretch)
            _stretch.Add(table.Take());
        _inStretch.Clear();
        (_stretch.Rows, _places) = (_places, null);
        _found.Add(_stretch);
        _stretch = null;
    }
}

/// <summary>The transaction that a walk is in.</summary>
internal struct WalkedTransaction
{
    /// <summary>Whether it may be one of a stretch.</summary>
    public bool IsOpen;
    public bool HasBegun, HasOtherServer, LacksThread;

    /// <summary>Whether the filter may want some of its events, as far as tables and operations tell.</summary>
    public bool IsWanted;
    public long Start, Events, RowEvents;
    public uint ServerId, FirstTime, LastTime, FirstKnownTime, EndTime;
    public uint? ThreadId;
    public Gtid? Gtid;

    /// <summary>Takes the header of an event in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(in EventHeader header)
    {
        Events++;
        HasOtherServer |= header.ServerId != ServerId;
        FirstTime = Math.Min(FirstTime, header.Timestamp);
        LastTime = Math.Max(LastTime, header.Timestamp);
        if (header.Timestamp == 0)
            return;
        FirstKnownTime = Math.Min(FirstKnownTime, header.Timestamp);
        EndTime = header.Timestamp;
    }

    /// <summary>Adds all but its tables to its stretch.</summary>
    /// <param name="stretch">The stretch.</param>
    /// <param name="last">The one that was added before it, to this stretch or to another.</param>
    /// <param name="withGtid">Whether its GTID matters.</param>
    [MethodImpl(Jit.Hot)]
    public readonly void AddTo(LogStretch stretch, in WalkedTransaction last, bool withGtid)
    {
        stretch.EventCount += Events;
        stretch.RowEventCount += RowEvents;
        stretch.FirstTime = Math.Min(stretch.FirstTime, FirstTime);
        stretch.LastTime = Math.Max(stretch.LastTime, LastTime);
        stretch.FirstKnownTime = Math.Min(stretch.FirstKnownTime, FirstKnownTime);
        stretch.EndTime = EndTime > 0 ? EndTime : stretch.EndTime;
        stretch.LacksThreads |= LacksThread;
        stretch.LacksGtids |= Gtid == null;
        if (last.ServerId != ServerId || stretch.ServerIds.Count == 0)
            stretch.ServerIds.Add(ServerId);
        if (ThreadId is { } thread && (last.ThreadId != ThreadId || stretch.Threads!.Count == 0))
            stretch.AddThread(thread);
        if (withGtid && Gtid is { } gtid)
            stretch.Gtids.Add(gtid);
    }
}
