using System.Globalization;
using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

public sealed class PipelineEventsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly List<(BinlogEvent Event, List<RowChange> Rows)> _changes = [];

    public PipelineEventsTests()
    {
        SmallLog log = new SmallLog().AddBegin().AddInts(1, "t", ["a", "b"], key: 0)
            .AddRows(BinlogEventType.WriteRowsV1, 1, [1, 1], [2, 2]).AddRows(BinlogEventType.DeleteRowsV1, 1, [1, 1], [2, 2]).AddCommit();
        using var scan = new EventScan([LogRange.Whole(log.WriteTo(_folder))], EventFilter.All, CancellationToken.None);
        while (scan.Read())
        {
            if (scan.Table != null && scan.Reader.Header.Type.Operation() != null)
                _changes.Add((scan.ToBinlogEvent(), scan.ToRowChanges()));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("0 1", 2)]
    [InlineData("1", 1)]
    [InlineData("0 0", -1)]
    [InlineData("0 1 1", -1)]
    [InlineData("1 0", -1)]
    public void Events_are_taken_once_and_in_their_order(string order, int taken)
    {
        Assert.Equal(taken, Take(order, (events, i) => events.Add(_changes[i].Event)));
        PutIntoPayload();
        Assert.Equal(taken, Take(order, (events, i) => events.Add(_changes[i].Event)));
    }

    [Theory]
    [InlineData("0 1 2 3", 2)]
    [InlineData("1 3", 2)]
    [InlineData("0 0", -1)]
    [InlineData("1 0", -1)]
    [InlineData("0 1 0 1", -1)]
    [InlineData("0 2 1", -1)]
    [InlineData("2 3 0 1", -1)]
    public void Rows_are_taken_once_and_in_their_order(string order, int taken)
    {
        RowChange[] rows = [.. _changes.SelectMany(c => c.Rows)];
        Assert.Equal(taken, Take(order, (events, i) => events.Add(rows[i])));
        PutIntoPayload();
        Assert.Equal(taken, Take(order, (events, i) => events.Add(rows[i])));
    }

    /// <summary>As if both events came out of one compressed transaction: they have its position, and places in it.</summary>
    private void PutIntoPayload()
    {
        for (int i = 0; i < _changes.Count; i++)
        {
            (_changes[i].Event.Position, _changes[i].Event.PayloadOffset) = (100, i * 50);
            foreach (RowChange row in _changes[i].Rows)
                (row.Position, row.PayloadOffset) = (100, i * 50);
        }
    }

    /// <summary>How many events came through; -1: they were refused.</summary>
    private static int Take(string order, Action<PipelineEvents, int> add)
    {
        int count = 0;
        var events = new PipelineEvents(new PipelineTableMaps(null), EventFilter.All, _ => count++);
        try
        {
            foreach (string i in order.Split(' '))
                add(events, int.Parse(i, CultureInfo.InvariantCulture));
            events.FlushRows();
            return count;
        }
        catch (RecoveryException e)
        {
            Assert.Equal("InputNotInLogOrder", e.ErrorId);
            return -1;
        }
    }
}
