using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Reading;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.IO;
using MySqlRecovery.Model;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>Collects what the events of one transaction change.</summary>
internal sealed class ContentBuilder
{
    private const int StatementLength = 200;
    private readonly List<TableHash> _tables = [];
    private readonly TableMapCache _maps = new(schema: null);
    private XxHash64 _statements = new();
    private int _tableCount;

    /// <summary>The first statement that changes something itself, or null.</summary>
    public string? Statement { get; private set; }

    public string? StatementDatabase { get; private set; }

    public ulong StatementHash => Statement == null ? 0 : _statements.Digest();

    public bool IsPartial { get; private set; }

    /// <summary>When the first change started: the common header's time of its event.</summary>
    public uint? Timestamp { get; private set; }

    /// <summary>Whose change it is.</summary>
    public uint? ServerId { get; private set; }

    public TableContent[] Tables() => [.. _tables.Take(_tableCount).Select(t => t.Content)];

    /// <summary>A new log starts: its table ids are others.</summary>
    public void EnterLog() => _maps.Clear();

    /// <summary>A new transaction starts.</summary>
    public void Reset()
    {
        _tableCount = 0;
        _statements.Reset();
        Statement = StatementDatabase = null;
        IsPartial = false;
        Timestamp = ServerId = null;
    }

    /// <summary>Takes an event in.</summary>
    public void Observe(EventReader reader)
    {
        BinlogEventType type = reader.Header.Type;
        if (type == BinlogEventType.TableMap)
            _maps.Add(reader.Raw[..(EventHeader.Size + reader.Body.Length)], reader.Format.TableIdLength);
        else if (type.Operation() != null)
            AddRows(reader);
        else if (type.IsQuery())
            AddQuery(reader, QueryEvent.Parse(reader.Body));
        else if (EventFilter.IsStatement(type) && type != BinlogEventType.XaPrepare)
            AddStatement(reader, string.Empty, reader.Body, type.ToString());
    }

    private void AddRows(EventReader reader)
    {
        ulong id = RowsEvent.PeekTableId(reader.Body, reader.Format.TableIdLength);
        TableMap map = _maps.Find(id) ?? throw new InvalidDataException($"no table map for table id {id} comes before this row event");
        RowsEvent rows = RowsEvent.Parse(reader.Header.Type, reader.Body, map.Columns.Length, reader.Format.TableIdLength);
        if (rows.Type == BinlogEventType.PartialUpdateRows)
        {
            if (PartialUpdate.CanExpand(rows, map))
            {
                ReadOnlySpan<byte> full = PartialUpdate.Expand(reader.Header, rows, map);
                rows = RowsEvent.Parse((BinlogEventType)full[4], full[EventHeader.Size..], map.Columns.Length);
            }
            else
            {
                IsPartial = true;
            }
        }

        IsPartial |= !map.LayoutFor(rows.Columns).IsFull
            || (rows.Operation == RowOperation.Update && !map.LayoutFor(rows.ColumnsAfter).IsFull);
        Find(map).Append(rows, map);
        Date(reader);
    }

    private TableHash Find(TableMap map)
    {
        for (int i = 0; i < _tableCount; i++)
        {
            if (_tables[i].Table == map.Table && _tables[i].Database == map.Database)
                return _tables[i];
        }

        if (_tableCount == _tables.Count)
            _tables.Add(new TableHash());
        TableHash added = _tables[_tableCount++];
        added.Reset(map);
        return added;
    }

    private void AddQuery(EventReader reader, in QueryEvent query)
    {
        if (query.IsTransactionControl && !query.IsXaDecision)
            return;
        // Only where there is DDL or a statement-based change: rows have their BEGIN and COMMIT alone.
        AddStatement(reader, query.Database, query.Statement, query.DecodeStatement());
    }

    private void AddStatement(EventReader reader, string database, ReadOnlySpan<byte> bytes, string text)
    {
        if (Statement == null)
        {
            StatementDatabase = database;
            Statement = text.Length <= StatementLength ? text : text[..StatementLength] + "…";
        }

        _statements.Append(Encoding.UTF8.GetBytes(database));
        _statements.Append([0]);
        _statements.Append(bytes);
        _statements.Append([0]);
        Date(reader);
    }

    private void Date(EventReader reader)
    {
        Timestamp ??= reader.Header.Timestamp;
        ServerId ??= reader.Header.ServerId;
    }
}
