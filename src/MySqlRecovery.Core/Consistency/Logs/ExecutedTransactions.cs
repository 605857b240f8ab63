using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Gtids;

namespace MySqlRecovery.Consistency.Logs;

/// <summary>The transactions that a server counts as done where a log of it begins.</summary>
internal sealed class ExecutedTransactions
{
    private readonly Dictionary<(Guid Uuid, string Tag), List<(ulong First, ulong Last)>> _mySql = [];
    private readonly Dictionary<(uint Domain, uint ServerId), ulong> _mariaDb = [];

    /// <summary>What a list of MariaDB's GTIDs says, each the last one of its domain and server.</summary>
    public static ExecutedTransactions OfMariaDb(string list)
    {
        var executed = new ExecutedTransactions();
        foreach (string text in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Gtid.Parse(text) is { IsMariaDb: true } gtid)
                executed._mariaDb[(gtid.Domain, gtid.ServerId)] = Math.Max(gtid.Number, executed._mariaDb.GetValueOrDefault((gtid.Domain, gtid.ServerId)));
        }

        return executed;
    }

    /// <summary>Takes what the start of a log says in the place of what an earlier one said.</summary>
    public void Replace(IEnumerable<PreviousGtidsEvent> previous)
    {
        _mySql.Clear();
        _mariaDb.Clear();
        foreach (PreviousGtidsEvent item in previous)
        {
            if (item.First.IsMariaDb)
            {
                _mariaDb[(item.First.Domain, item.First.ServerId)] = item.Last;
                continue;
            }

            if (!_mySql.TryGetValue((item.First.Uuid, item.First.Tag), out var intervals))
                _mySql.Add((item.First.Uuid, item.First.Tag), intervals = []);
            intervals.Add((item.First.Number, item.Last));
        }
    }

    /// <summary>Whether anything of the same origin is among them.</summary>
    public bool KnowsOriginOf(in Gtid gtid) =>
        gtid.IsMariaDb ? _mariaDb.ContainsKey((gtid.Domain, gtid.ServerId)) : _mySql.ContainsKey((gtid.Uuid, gtid.Tag));

    public bool Contains(in Gtid gtid)
    {
        if (gtid.IsMariaDb)
            return _mariaDb.TryGetValue((gtid.Domain, gtid.ServerId), out ulong last) && gtid.Number <= last;
        if (!_mySql.TryGetValue((gtid.Uuid, gtid.Tag), out var intervals))
            return false;
        foreach ((ulong first, ulong last) in intervals)
        {
            if (gtid.Number >= first && gtid.Number <= last)
                return true;
        }

        return false;
    }
}
