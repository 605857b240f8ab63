using System.Buffers.Binary;
using System.Text;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;

namespace MySqlRecovery.Core.Tests.Catalog;

/// <summary>
/// A log of random transactions of a few sessions and tables: integer, text and no keys, keys that change, rows whose image lacks the
/// key, rollbacks, statements, definitions, XA.
/// </summary>
internal sealed class RandomLog
{
    /// <summary>The tables, which the log does not describe where it names nothing.</summary>
    public const string Schema = """
        USE d;
        CREATE TABLE orders (id INT PRIMARY KEY, v INT); CREATE TABLE pairs (id INT, v INT, PRIMARY KEY (id, v));
        CREATE TABLE plain (id INT, v INT); CREATE TABLE names (name VARCHAR(40) PRIMARY KEY) DEFAULT CHARSET=utf8mb4;
        """;

    private const uint FirstTime = 1_700_000_000;

    private readonly Random _random;
    private readonly LoggedMetadata _metadata;
    private readonly SmallLog _log = new();
    private readonly List<(long Position, uint Time)> _times = [];
    private uint _time = FirstTime;
    private byte _gtid;

    public RandomLog(int seed, int transactions, bool hasStatements, LoggedMetadata metadata = LoggedMetadata.Full)
    {
        (_random, _metadata) = (new Random(seed), metadata);
        for (int i = 0; i < transactions; i++)
            AddTransaction(hasStatements && _random.Next(12) == 0);
        _log.Add(BinlogEventType.Rotate, [4, 0, 0, 0, 0, 0, 0, 0, .. "binlog.000002"u8]);
    }

    /// <summary>Times of transactions, ascending.</summary>
    public IReadOnlyList<DateTime> Times => [.. _times.Select(t => DateTime.UnixEpoch.AddSeconds(t.Time)).Distinct()];

    /// <summary>The log, each event at the time of its transaction.</summary>
    public byte[] Bytes
    {
        get
        {
            byte[] bytes = _log.Bytes;
            int next = 0;
            uint time = FirstTime;
            for (int at = 4; at < bytes.Length; at += BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 9)))
            {
                if (next < _times.Count && _times[next].Position == at)
                    time = _times[next++].Time;
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), time);
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 5), 1 + time / 64 % 2);
            }

            return bytes;
        }
    }

    /// <summary>A row of text, as <c>d.names</c> has them.</summary>
    public static string NameOf(int number) => $"Name {number}é"[..(number % 2 == 0 ? ^0 : ^1)];

    private void AddTransaction(bool isStatement)
    {
        _time += (uint)_random.Next(0, 3);
        _times.Add((_log.End, _time));
        if (_random.Next(4) > 0)
            _log.Add(BinlogEventType.Gtid, [0, .. new byte[15], 1, _gtid++, 0, 0, 0, 0, 0, 0, 0]);
        byte thread = (byte)_random.Next(3, 9);
        if (isStatement)
        {
            AddStatement(thread);
            return;
        }

        _log.AddBegin(thread);
        for (int left = _random.Next(1, 4); left > 0; left--)
        {
            if (_random.Next(8) == 0)
                _log.AddStatement("SAVEPOINT `s`", thread: thread);
            AddRows();
        }

        if (_random.Next(10) == 0)
            _log.AddStatement("ROLLBACK", thread: thread);
        else
            _log.AddCommit();
    }

    private void AddStatement(byte thread)
    {
        switch (_random.Next(5))
        {
            case 0:
                _log.AddStatement("TRUNCATE TABLE d.plain", thread: thread);
                break;
            case 1:
                _log.AddStatement("CREATE TABLE d.other (id INT PRIMARY KEY)", thread: thread);
                break;
            case 2:
                _log.AddBegin(thread).AddStatement("INSERT INTO d.plain VALUES (1, 2)", thread: thread).AddCommit();
                break;
            case 3:
                string[] words = _random.Next(2) == 0 ? ["XA START", "XA END", "XA COMMIT", "XA ROLLBACK"]
                    : ["Xa Start", "xA\tend", "Xa/*c*/Commit", "xa  rollback"];
                _log.AddStatement($"{words[0]} X'61',X'',1", thread: thread);
                AddRows();
                _log.AddStatement($"{words[1]} X'61',X'',1", thread: thread);
                _log.Add(BinlogEventType.XaPrepare, [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, (byte)'a']);
                _log.AddStatement($"{words[_random.Next(2, 4)]} X'61',X'',1", thread: thread);
                break;
            default:
                _log.AddStatement("ALTER TABLE d.pairs ADD INDEX (v)", thread: thread);
                break;
        }
    }

    private void AddRows()
    {
        var type = (BinlogEventType)_random.Next((int)BinlogEventType.WriteRowsV1, (int)BinlogEventType.DeleteRowsV1 + 1);
        switch (_random.Next(4))
        {
            case 0:
                AddNames(type);
                break;
            case 1:
                AddInts(1, "orders", [0], type);
                break;
            case 2:
                AddInts(2, "pairs", [0, 1], type);
                break;
            default:
                AddInts(3, "plain", [], type);
                break;
        }
    }

    private void AddInts(byte id, string name, byte[] key, BinlogEventType type)
    {
        byte nullable = (byte)(3 & ~key.Sum(k => 1 << k));
        byte[] keyField = key.Length == 0 ? [] : [8, (byte)key.Length, .. key];
        byte[] named = _metadata != LoggedMetadata.Full ? [] : [4, 5, 2, (byte)'i', (byte)'d', 1, (byte)'v', .. keyField];
        byte[] signs = _metadata == LoggedMetadata.None ? [] : [1, 1, 0];
        _log.Add(BinlogEventType.TableMap, [
            id, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, (byte)name.Length, .. Encoding.UTF8.GetBytes(name), 0, 2,
            (byte)ColumnType.Long, (byte)ColumnType.Long, 0, nullable, .. signs, .. named]);
        bool lacksKey = type == BinlogEventType.DeleteRowsV1 && _random.Next(20) == 0;
        var images = new List<byte>();
        int start = _random.Next(60) - (_metadata == LoggedMetadata.Full ? 0 : 5), count = _random.Next(1, 6);
        for (int i = 0; i < count; i++)
        {
            // One after the other, or anywhere.
            int row = id == 1 ? start + i : _random.Next(60);
            images.AddRange([0, .. lacksKey ? [] : BitConverter.GetBytes(row), .. BitConverter.GetBytes(row % 5)]);
            if (type == BinlogEventType.UpdateRowsV1)
            {
                int after = _random.Next(6) == 0 ? _random.Next(60) : row;
                images.AddRange([0, .. BitConverter.GetBytes(after), .. BitConverter.GetBytes(_random.Next(5))]);
            }
        }

        byte present = (byte)(lacksKey ? 2 : 3);
        byte[] presentAfter = type == BinlogEventType.UpdateRowsV1 ? [3] : [];
        _log.Add(type, [id, 0, 0, 0, 0, 0, 1, 0, 2, present, .. presentAfter, .. images]);
    }

    private void AddNames(BinlogEventType type)
    {
        byte[] charset = _metadata == LoggedMetadata.None ? [] : [2, 1, 45];
        byte[] named = _metadata != LoggedMetadata.Full ? [] : [4, 5, 4, .. "name"u8, 8, 1, 0];
        // VARCHAR(40) in utf8mb4.
        _log.Add(BinlogEventType.TableMap, [
            4, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, 5, .. "names"u8, 0, 1, (byte)ColumnType.VarChar, 2, 160, 0,
            0, .. charset, .. named]);
        var images = new List<byte>();
        for (int left = _random.Next(1, 3); left > 0; left--)
        {
            for (int side = type == BinlogEventType.UpdateRowsV1 ? 2 : 1; side > 0; side--)
            {
                byte[] text = Encoding.UTF8.GetBytes(NameOf(_random.Next(40)));
                images.AddRange([0, (byte)text.Length, .. text]);
            }
        }

        byte[] presentAfter = type == BinlogEventType.UpdateRowsV1 ? [1] : [];
        _log.Add(type, [4, 0, 0, 0, 0, 0, 1, 0, 1, 1, .. presentAfter, .. images]);
    }
}

/// <summary>What a log tells of columns: <c>binlog_row_metadata</c>, or what servers without it write.</summary>
internal enum LoggedMetadata
{
    None,
    Minimal,
    Full,
}
