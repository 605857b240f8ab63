using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Changes;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Output.ReversedBinlog;

/// <summary>
/// Writes the binlog that undoes what an index names: transactions, statements, events and rows in reverse. The rows are
/// read backwards from their sources, so that memory does not grow with the logs.
/// </summary>
internal sealed class UndoBinlogWriter : IDisposable
{
    /// <summary>
    /// mysqlbinlog puts the row events of one statement into one BINLOG statement, which has to fit into the client's
    /// max_allowed_packet (16 MiB by default, a third more in base64): larger statements are cut between two events.
    /// </summary>
    private const int MaximumStatementLength = 4 << 20;
    private const int ExtraRowInfoLength = 2;
    private const int EventsBetweenTelling = 64;
    private static readonly byte[] EmptyGtidSet = new byte[8];

    private readonly ChangeIndex _index;
    private readonly RowPredicate? _where;
    private readonly FormatDescriptionEvent _format;
    private readonly bool _convertsToV2;
    private readonly BinlogWriter _writer;
    private readonly SourceWindows _windows;
    private readonly GtidEventWriter _gtids;
    private readonly bool _forceGtid;
    private readonly byte[][] _mapBodies;
    private readonly List<int> _statementMaps = [];
    private readonly bool[] _isMapOfStatement;
    private readonly StatementKinds _kinds;
    private long _number;
    private Action<int, int>? _onEvent;
    private int _eventsDone;

    private UndoBinlogWriter(
        ChangeIndex index, RowPredicate? where, PendingFile file, Guid? gtidSource, Version? target, TableRenames renames)
    {
        DateTime now = DateTime.UtcNow;
        _index = index;
        _where = index.RowTest(where);
        _format = target == null ? index.Format! : FormatDescriptionEvent.ForMySql(target);
        _convertsToV2 = target != null;
        _writer = new BinlogWriter(file, (uint)(now - DateTime.UnixEpoch).TotalSeconds)
        {
            HasChecksum = _format.Checksum != ChecksumAlgorithm.Undefined,
        };
        _windows = new SourceWindows(index.Sources, backwards: true);
        _forceGtid = gtidSource != null;
        Source = gtidSource ?? Guid.NewGuid();
        _gtids = new GtidEventWriter(_format, Source, now);
        _isMapOfStatement = new bool[index.Maps.Length];
        _kinds = new StatementKinds(index);
        _mapBodies = [.. index.Maps.Select(m => renames.Apply(m, index.Format!.TableIdLength))];
    }

    private Guid Source { get; }

    /// <summary>Writes the undo, reads it back, and gives it its name only then.</summary>
    /// <param name="index">What to undo; at least one row.</param>
    /// <param name="where">The row test that the index was made with.</param>
    /// <param name="path">The binlog to write.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <param name="gtidSource">UUID of the undo's own GTIDs; null for a fresh one, or none where the log has none.</param>
    /// <param name="stop">Cancels.</param>
    /// <param name="target">MySQL version that is to take the undo, if not the one that wrote the log: version 1 row events
    /// become version 2.</param>
    /// <param name="renames">Tables that are undone under another name; null for none. Their columns must be those of the original.</param>
    /// <param name="onEvent">Is told now and then how many of how many row events are undone.</param>
    public static UndoBinlog Write(
        ChangeIndex index, RowPredicate? where, string path, bool overwrite, Guid? gtidSource, CancellationToken stop,
        Version? target = null, TableRenames? renames = null, Action<int, int>? onEvent = null)
    {
        renames ??= TableRenames.None;
        renames.CheckAllUsed(index.Maps);
        using var file = PendingFile.Create(path, overwrite, index.OpenFiles);
        using var writer = new UndoBinlogWriter(index, where, file, gtidSource, target, renames);
        using var verifier = new UndoVerifier(file.TemporaryPath, stop);
        writer._writer.Flushed = verifier.Grow;
        writer._onEvent = onEvent;
        bool hasGtids = writer.WriteAll(stop);
        verifier.Complete(writer._number, index.RowCount);
        var result = new UndoBinlog
        {
            Path = path,
            Server = index.Server,
            File = index.LogFiles,
            TransactionCount = index.Transactions.Count,
            RowCount = index.RowCount,
            Table = index.TableNames(renames),
            GtidSet = hasGtids ? $"{writer.Source}:1{(writer._number > 1 ? $"-{writer._number}" : string.Empty)}" : null,
            Size = writer._writer.Position,
            IsComplete = index.Reasons.Length == 0,
            Reason = index.Reasons,
            LaterChange = index.LaterChanges,
            ExcludedRowCount = index.LeftOut?.RowCount ?? 0,
            Excluded = [.. index.LeftOut?.Changes ?? []],
            IsVerified = true,
        };
        file.Commit();
        return result;
    }

    public void Dispose()
    {
        _writer.Dispose();
        _windows.Dispose();
    }

    private bool WriteAll(CancellationToken stop)
    {
        WriteFormat();
        bool hasGtids = false;
        if (_format.PostHeaderLength(BinlogEventType.PreviousGtids) >= 0 && !_format.IsMariaDb)
            _writer.WriteEvent(BinlogEventType.PreviousGtids, ServerId(0), EmptyGtidSet, EventFlags.Ignorable);
        for (int t = _index.Transactions.Count - 1; t >= 0; t--)
            hasGtids |= WriteTransaction(_index.Transactions[t], _index.EndOf(t), stop);

        _writer.Flush();
        return hasGtids;
    }

    private void WriteFormat()
    {
        byte[] raw = _format.Raw;
        int checksum = _format.Checksum == ChecksumAlgorithm.Undefined ? 0 : 4;
        Span<byte> body = _writer.BeginEvent(raw.Length - EventHeader.Size - checksum);
        raw.AsSpan(EventHeader.Size, body.Length).CopyTo(body);
        // A creation time would tell an applier that the server has restarted: it would roll open work back.
        body.Slice(52, 4).Clear();
        if (_writer.HasChecksum)
            body[^1] = (byte)ChecksumAlgorithm.Crc32;
        _writer.EndEvent(BinlogEventType.FormatDescription, ServerId(0));
    }

    [MethodImpl(Jit.Hot)]
    private bool WriteTransaction(in IndexedTransaction transaction, int end, CancellationToken stop)
    {
        uint serverId = ServerId(end - 1);
        // A MariaDB server gives a transaction without a GTID one of its own, in the order of its own log.
        bool isGtid = !_format.IsMariaDb && (_forceGtid || transaction.Kind == IndexedTransactionKind.Gtid);
        _number++;
        if (isGtid || transaction.Kind == IndexedTransactionKind.Anonymous)
            WriteGtid(isGtid, serverId, Measure(transaction.FirstEvent, end));
        WriteBegin(transaction.ThreadId, serverId);
        for (int last = end - 1, start; last >= transaction.FirstEvent; last = start - 1)
        {
            start = FindStatement(transaction.FirstEvent, last);
            foreach (int map in _statementMaps)
                _writer.WriteEvent(BinlogEventType.TableMap, serverId, _mapBodies[map]);
            for (int e = last; e >= start; e--)
            {
                stop.ThrowIfCancellationRequested();
                if ((++_eventsDone & EventsBetweenTelling - 1) == 0)
                    _onEvent?.Invoke(_eventsDone, _index.Events.Count);
                StatementPart part = _kinds.PartOf(e, transaction.FirstEvent, end);
                WriteRows(_index.Events[e], e == start ? part | StatementPart.End : part);
            }
        }

        Span<byte> xid = _writer.BeginEvent(8);
        BinaryPrimitives.WriteInt64LittleEndian(xid, _number);
        _writer.EndEvent(BinlogEventType.Xid, serverId);
        return isGtid;
    }

    /// <summary>Bytes of a transaction's undo without its GTID event: statements backwards, each as its table maps and its
    /// events.</summary>
    [MethodImpl(Jit.Hot)]
    private long Measure(int first, int end)
    {
        long length = _writer.LengthOf(BeginBodyLength) + _writer.LengthOf(8);
        for (int last = end - 1, start; last >= first; last = start - 1)
        {
            start = FindStatement(first, last);
            foreach (int map in _statementMaps)
                length += _writer.LengthOf(_mapBodies[map].Length);
            for (int e = start; e <= last; e++)
                length += _writer.LengthOf(RowsBodyLength(_index.Events[e]));
        }

        return length;
    }

    /// <summary>The first event of the statement, or of the part of it that fits, that ends with an event; finds its table maps.</summary>
    [MethodImpl(Jit.Hot)]
    private int FindStatement(int first, int last)
    {
        IndexedEvent item = _index.Events[last];
        int start = last, statement = item.Statement;
        for (long length = item.Length; start > first; start--)
        {
            item = _index.Events[start - 1];
            length += item.Length;
            if (item.Statement != statement || length > MaximumStatementLength)
                break;
        }

        _statementMaps.Clear();
        for (int e = start; e <= last; e++)
        {
            int map = _index.Events[e].Map;
            if (!_isMapOfStatement[map])
                _statementMaps.Add(map);
            _isMapOfStatement[map] = true;
        }

        foreach (int map in _statementMaps)
            _isMapOfStatement[map] = false;
        return start;
    }

    [MethodImpl(Jit.Hot)]
    private void WriteGtid(bool isGtid, uint serverId, long rest)
    {
        int bodyLength = _gtids.BodyLength(rest, _writer.LengthOf(0));
        _gtids.Write(_writer.BeginEvent(bodyLength), !isGtid, _number, rest + _writer.LengthOf(bodyLength));
        _writer.EndEvent(isGtid ? BinlogEventType.Gtid : BinlogEventType.AnonymousGtid, serverId);
    }

    private const int BeginBodyLength = 4 + 4 + 1 + 2 + 2 + 1 + 5;

    [MethodImpl(Jit.Hot)]
    private void WriteBegin(uint threadId, uint serverId)
    {
        Span<byte> body = _writer.BeginEvent(BeginBodyLength);
        body.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(body, threadId);
        "BEGIN"u8.CopyTo(body[^5..]);
        _writer.EndEvent(BinlogEventType.Query, serverId, EventFlags.SuppressUse);
    }

    [MethodImpl(Jit.Hot)]
    private void WriteRows(in IndexedEvent item, StatementPart part)
    {
        ReadOnlySpan<byte> raw = _windows.Read(item.Source, item.Offset, item.Length);
        TableMap map = _index.Maps[item.Map];
        EventHeader header = EventHeader.Parse(raw);
        RowsEvent rows = RowsEvent.Parse(header.Type, raw[EventHeader.Size..], map.Columns.Length);
        int length = rows.At.Rows + item.RowsLength;
        if (length > LargeBuffer.Threshold)
        {
            WriteLargeRows(header, rows, map, part, length);
            _windows.Release();
            return;
        }

        if (!_convertsToV2 || header.Type.HasExtraRowInfo())
        {
            RowsReverser.Write(rows, map, _where, part, _writer.BeginEvent(length));
            _writer.EndEvent(header.Type.Reversed(), header.ServerId, header.Flags);
            return;
        }

        // Version 2 has the length of the extra row info, which counts itself, after the flags.
        Span<byte> body = _writer.BeginEvent(length + ExtraRowInfoLength);
        RowsReverser.Write(rows, map, _where, part, body[ExtraRowInfoLength..]);
        body.Slice(ExtraRowInfoLength, rows.At.ExtraRowInfo).CopyTo(body);
        BinaryPrimitives.WriteUInt16LittleEndian(body[rows.At.ExtraRowInfo..], ExtraRowInfoLength);
        _writer.EndEvent(header.Type.Reversed().WithExtraRowInfo(), header.ServerId, header.Flags);
    }

    private void WriteLargeRows(in EventHeader header, in RowsEvent rows, TableMap map, StatementPart part, int length)
    {
        bool grows = _convertsToV2 && !header.Type.HasExtraRowInfo();
        var head = new byte[rows.At.Rows];
        RowsReverser.WriteHead(rows, part, head);
        BinlogEventType type = header.Type.Reversed();
        _writer.BeginLargeEvent(
            grows ? type.WithExtraRowInfo() : type, header.ServerId, header.Flags, length + (grows ? ExtraRowInfoLength : 0));
        _writer.Append(head.AsSpan(0, rows.At.ExtraRowInfo));
        if (grows)
            _writer.Append([ExtraRowInfoLength, 0]);
        _writer.Append(head.AsSpan(rows.At.ExtraRowInfo));
        var kept = new List<RowCursorMark>();
        var cursor = new RowCursor(rows, map);
        while (cursor.MoveNext())
        {
            if (_where?.IsMatch(cursor) != false)
                kept.Add(cursor.Mark());
        }

        int rest = length - rows.At.Rows;
        for (int i = kept.Count - 1; i >= 0; i--)
        {
            RowCursorMark row = kept[i];
            rest -= row.End - row.Start;
            // After, then before; of other operations the first piece is empty.
            _writer.Append(rows.Rows[row.Middle..row.End]);
            _writer.Append(rows.Rows[row.Start..row.Middle]);
        }

        if (rest != 0)
            throw new InvalidDataException("the rows of the event are not those that were counted");
        _writer.EndLargeEvent();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int RowsBodyLength(in IndexedEvent item)
    {
        bool grows = _convertsToV2 && !item.Type.HasExtraRowInfo();
        return item.Length - EventHeader.Size - item.AllRowsLength + item.RowsLength + (grows ? ExtraRowInfoLength : 0);
    }

    [MethodImpl(Jit.Hot)]
    private uint ServerId(int number)
    {
        IndexedEvent item = _index.Events[number];
        int length = item.Length > LargeBuffer.Threshold ? EventHeader.Size : item.Length;
        return EventHeader.Parse(_windows.Read(item.Source, item.Offset, length)).ServerId;
    }
}
