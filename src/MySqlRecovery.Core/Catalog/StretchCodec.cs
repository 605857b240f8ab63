using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Gtids;
using MySqlRecovery.Model;

namespace MySqlRecovery.Catalog;

/// <summary>Stretches as bytes: each tells its offsets from the end of the one before, and its times from that one's last.</summary>
internal sealed class StretchCodec
{
    private const int Statements = 1, NoThreads = 2, NoGtids = 4, ManyThreads = 8, Compressed = 16;
    private const int KeysAt = 4, Uncounted = 8, OperationsAt = 8;

    private readonly List<Gtid> _origins = [];
    private readonly Dictionary<Gtid, ulong> _last = [];
    private readonly List<string> _obstacles = [];
    private long _end;
    private uint _time;

    public void Write(LogStretch stretch, VarWriter to)
    {
        to.Write(stretch.Start - _end);
        to.Write(stretch.End - stretch.Start);
        int flags = (stretch.HasStatements ? Statements : 0) | (stretch.LacksThreads ? NoThreads : 0)
            | (stretch.LacksGtids ? NoGtids : 0) | (stretch.Threads == null ? ManyThreads : 0) | (stretch.IsCompressed ? Compressed : 0);
        to.Write(flags);
        to.WriteSigned((long)stretch.EndTime - _time);
        foreach (uint time in (ReadOnlySpan<uint>)[stretch.FirstTime, stretch.LastTime, stretch.FirstKnownTime])
            to.WriteSigned((long)time - stretch.EndTime);
        (_end, _time) = (stretch.End, stretch.EndTime);
        to.Write(stretch.EventCount);
        to.Write(stretch.RowEventCount);
        to.Write((ulong)stretch.Border);
        to.Write(stretch.End - stretch.Sample.Position);
        to.Write((ulong)stretch.Sample.Bytes);
        Write(stretch.ServerIds, to);
        Write(stretch.Threads ?? [], to);
        Write(stretch.Gtids, to);
        to.Write(stretch.Tables.Count);
        int before = 0;
        foreach (TableStretch table in stretch.Tables)
        {
            to.Write(table.Number - before);
            before = table.Number;
            Write(table, stretch, to);
        }
    }

    [MethodImpl(Jit.Hot)]
    public LogStretch Read(ref VarReader from)
    {
        var stretch = new LogStretch { Start = _end + from.ReadLong() };
        stretch.End = stretch.Start + from.ReadLong();
        long flags = from.ReadLong();
        stretch.HasStatements = (flags & Statements) != 0;
        stretch.IsCompressed = (flags & Compressed) != 0;
        stretch.LacksThreads = (flags & NoThreads) != 0;
        stretch.LacksGtids = (flags & NoGtids) != 0;
        stretch.EndTime = (uint)(_time + from.ReadSigned());
        stretch.FirstTime = (uint)(stretch.EndTime + from.ReadSigned());
        stretch.LastTime = (uint)(stretch.EndTime + from.ReadSigned());
        stretch.FirstKnownTime = (uint)(stretch.EndTime + from.ReadSigned());
        (_end, _time) = (stretch.End, stretch.EndTime);
        stretch.EventCount = from.ReadLong();
        stretch.RowEventCount = from.ReadLong();
        stretch.Border = from.ReadUInt32();
        stretch.Sample = (stretch.End - from.ReadLong(), from.ReadUInt32());
        Read(ref from, stretch.ServerIds);
        Read(ref from, stretch.Threads!);
        if ((flags & ManyThreads) != 0)
            stretch.Threads = null;
        Read(ref from, stretch.Gtids);
        int number = 0;
        for (int left = from.ReadCount(); left > 0; left--)
        {
            number += (int)from.ReadLong();
            stretch.Add(ReadTable(ref from, number, stretch));
        }

        return stretch;
    }

    private void Write(TableStretch table, LogStretch stretch, VarWriter to)
    {
        int flags = (int)table.Keys << KeysAt | (table.HasUncountedRows ? Uncounted : 0);
        foreach (RowOperation operation in table.Operations)
            flags |= 1 << OperationsAt + (int)operation;
        to.Write(flags);
        to.Write(table.EventCount);
        to.Write(table.InsertCount);
        to.Write(table.UpdateCount);
        to.Write(table.DeleteCount);
        if (table.HasRows)
        {
            to.Write(table.TransactionCount);
            to.Write(table.Size);
            to.WriteSigned((long)table.FirstTime - stretch.EndTime);
            to.WriteSigned((long)table.LastTime - stretch.EndTime);
            to.Write(table.Start - stretch.Start);
            to.Write(stretch.End - table.End);
            to.Write(table.Obstacles.Count);
            foreach (string obstacle in table.Obstacles)
            {
                int known = _obstacles.IndexOf(obstacle);
                to.Write(known + 1);
                if (known >= 0)
                    continue;
                _obstacles.Add(obstacle);
                to.Write(obstacle);
            }
        }

        if (table.Keys is not (KeyPlace.Ranges or KeyPlace.Both))
            return;
        to.Write(table.Ranges.Count);
        long before = 0;
        foreach ((long first, long last) in table.Ranges)
        {
            to.WriteSigned(unchecked(first - before));
            to.Write(unchecked((ulong)(last - first)));
            before = last;
        }
    }

    [MethodImpl(Jit.Hot)]
    private TableStretch ReadTable(ref VarReader from, int number, LogStretch stretch)
    {
        long flags = from.ReadLong();
        var table = new TableStretch(number)
        {
            Keys = (KeyPlace)(flags >> KeysAt & 3),
            HasUncountedRows = (flags & Uncounted) != 0,
            EventCount = from.ReadLong(),
            InsertCount = from.ReadLong(),
            UpdateCount = from.ReadLong(),
            DeleteCount = from.ReadLong(),
        };
        foreach (RowOperation operation in Enum.GetValues<RowOperation>())
        {
            if ((flags & 1 << OperationsAt + (int)operation) != 0)
                table.Operations.Add(operation);
        }

        if (table.HasRows)
        {
            table.TransactionCount = from.ReadLong();
            table.Size = from.ReadLong();
            table.FirstTime = (uint)(stretch.EndTime + from.ReadSigned());
            table.LastTime = (uint)(stretch.EndTime + from.ReadSigned());
            table.Start = stretch.Start + from.ReadLong();
            table.End = stretch.End - from.ReadLong();
            for (int left = from.ReadCount(); left > 0; left--)
            {
                int known = (int)from.ReadLong() - 1;
                if (known < 0)
                    _obstacles.Add(from.ReadText());
                table.Obstacles.Add(_obstacles[known < 0 ? ^1 : known]);
            }
        }

        if (table.Keys is not (KeyPlace.Ranges or KeyPlace.Both))
            return table;
        var ranges = new (long, long)[from.ReadCount()];
        long before = 0;
        for (int i = 0; i < ranges.Length; i++)
        {
            long first = unchecked(before + from.ReadSigned());
            before = unchecked(first + from.ReadLong());
            ranges[i] = (first, before);
        }

        table.Ranges = ranges;
        return table;
    }

    private static void Write(IReadOnlyCollection<uint> numbers, VarWriter to)
    {
        to.Write(numbers.Count);
        uint before = 0;
        foreach (uint number in numbers.Order())
        {
            to.Write((ulong)(number - before));
            before = number;
        }
    }

    [MethodImpl(Jit.Hot)]
    private static void Read(ref VarReader from, HashSet<uint> numbers)
    {
        uint before = 0;
        for (int left = from.ReadCount(); left > 0; left--)
            numbers.Add(before += from.ReadUInt32());
    }

    private void Write(GtidSet gtids, VarWriter to)
    {
        (Gtid First, ulong Last)[] all = [.. gtids.Intervals];
        to.Write(all.Length);
        foreach ((Gtid first, ulong last) in all)
        {
            Gtid origin = first.WithNumber(0);
            int known = _origins.IndexOf(origin);
            to.Write(known + 1);
            if (known < 0)
            {
                _origins.Add(origin);
                to.Write(origin.ToString());
            }

            to.WriteSigned(unchecked((long)(first.Number - _last.GetValueOrDefault(origin))));
            to.Write(last - first.Number);
            _last[origin] = last;
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Read(ref VarReader from, GtidSet gtids)
    {
        for (int left = from.ReadCount(); left > 0; left--)
        {
            int known = (int)from.ReadLong() - 1;
            if (known < 0)
                _origins.Add(Gtid.Parse(from.ReadText()) ?? throw new InvalidDataException("a source of GTIDs that is none"));
            Gtid origin = _origins[known < 0 ? ^1 : known];
            ulong first = unchecked(_last.GetValueOrDefault(origin) + (ulong)from.ReadSigned()), last = first + from.Read();
            gtids.Add(origin.WithNumber(first), last);
            _last[origin] = last;
        }
    }
}
