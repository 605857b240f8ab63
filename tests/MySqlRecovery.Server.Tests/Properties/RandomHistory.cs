using System.Globalization;
using MySqlRecovery.Client;
using MySqlRecovery.Model;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Properties;

/// <summary>
/// Three sessions that change random tables, one in the other's midst and never the same rows at a time, with savepoints, rollbacks
/// and DDL. The same without some of it is what an undo has to come to.
/// </summary>
internal sealed class RandomHistory : IDisposable
{
    public const string Database = "prop";
    private const int MaximumNumber = 400;

    private readonly MySqlServer _server;
    private readonly Random _random;
    private readonly ServerConnection _control;
    private readonly RandomSession[] _sessions;
    private readonly List<RandomTable> _tables = [];
    private readonly List<string> _setup = [];
    private readonly Dictionary<(RandomTable Table, int Id), RandomSession> _locks = [];
    private int _nextNumber = 100;
    private int _xaNumber;

    public RandomHistory(MySqlServer server, int seed)
    {
        _server = server;
        _random = new Random(seed * 7919);
        _control = server.Connect();
        HasKin = _random.Next(3) == 0;
        HasDdl = _random.Next(5) < 2;
        HasTriggers = !HasKin && _random.Next(6) == 0;
        Setup();
        _sessions = [.. Enumerable.Range(0, 3).Select(_ => new RandomSession(Open(Database)))];
    }

    /// <summary>Whether foreign keys tie some of the tables together.</summary>
    public bool HasKin { get; }

    /// <summary>Whether tables are changed themselves.</summary>
    public bool HasDdl { get; }

    /// <summary>Whether changes of the tables are written down in another one.</summary>
    public bool HasTriggers { get; }

    public IReadOnlyList<RandomTransaction> Transactions => _transactions;

    /// <summary>Whether the log says which session a transaction is of.</summary>
    public bool LogsSession => _server.Flavour != ServerFlavour.MariaDb;

    /// <summary>Whether the log has what foreign keys change along.</summary>
    public bool LogsCascades => _server.Flavour == ServerFlavour.MySql;

    public IEnumerable<string> TableNames => _tables.Select(t => t.Name);

    /// <summary>The columns of a table that updates set.</summary>
    public IEnumerable<string> ColumnsOf(string table) => _tables.Find(t => t.Name == table)!.FreeColumns.Select(c => c.Name).Append("n");

    /// <summary>The log with all that was done.</summary>
    public string Log { get; private set; } = "";

    /// <summary>The definitions as they were at the start.</summary>
    public string Schema { get; private set; } = "";

    private readonly List<RandomTransaction> _transactions = [];

    /// <summary>Does it all.</summary>
    public void Run()
    {
        Do(_control, "FLUSH BINARY LOGS");
        Schema = string.Join("\n",
            [
                $"USE {Database};",
                .. _tables.Select(t => _control.QueryAll($"SHOW CREATE TABLE {t.Name}", Stop)[0][1] + ";"),
                .. _tables.Where(_ => HasTriggers)
                    .Select(t => _control.QueryAll($"SHOW CREATE TRIGGER {t.Name}_follows", Stop)[0][2] + ";"),
            ]);
        for (int step = 0; step < 45; step++)
        {
            RandomSession session = _sessions[_random.Next(3)];
            if (HasDdl && _random.Next(12) == 0 && _sessions.All(s => !s.IsOpen))
                Change(session);
            else if (!session.IsOpen)
                Begin(session);
            else
                Act(session);
        }

        foreach (RandomSession session in _sessions.Where(s => s.IsOpen))
            Commit(session);
        Do(_control, "FLUSH BINARY LOGS");
        Log = _server.BinlogFiles[^2];
    }

    /// <summary>All rows as text, by table, with the columns.</summary>
    public string State() => DatabaseText.Of(_control, Database);

    /// <summary>The same in parts.</summary>
    public RandomReplay Replay => new(() => Open(null), _setup, _transactions);

    public void Dispose()
    {
        foreach (RandomSession session in _sessions)
            session.Connection.Dispose();
        _control.Dispose();
    }

    private static CancellationToken Stop => CancellationToken.None;

    private static void Do(ServerConnection connection, string statement) => connection.Execute(statement, Stop);

    private ServerConnection Open(string? database)
    {
        ServerConnection connection = _server.Connect();
        Do(connection, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
        Do(connection, "SET innodb_lock_wait_timeout = 1");
        Do(connection, "SET timestamp = 1700000000");
        if (database != null)
            connection.InitDb(database, Stop);
        return connection;
    }

    private void Setup()
    {
        Do(_control, $"DROP DATABASE IF EXISTS {Database}");
        Do(_control, $"CREATE DATABASE {Database} CHARACTER SET utf8mb4");
        _control.InitDb(Database, Stop);
        Do(_control, "SET timestamp = 1700000000");
        int count = _random.Next(1, 4);
        for (int i = 0; i < count; i++)
            _tables.Add(RandomTable.Make($"t{i}", _server.Flavour, _random));
        if (HasKin)
            _tables.AddRange(RandomKin.Make(_server.Flavour, _random));
        _setup.AddRange(_tables.Select(t => t.Create));
        foreach (RandomTable table in _tables)
        {
            int[] ids = [.. Enumerable.Range(1, _random.Next(3, 12))];
            table.Rows.AddRange(ids);
            // Parents are referred to by one child each, and some by none.
            string[] rows = [.. ids.Select(id => table.NewRow(
                id, r => _random.Next(2) == 0 && RandomKin.FirstParent(r, table, id) is var p && r.Parent.Rows.Contains(p) ? p : null))];
            _setup.Add(table.InsertHead + string.Join(", ", rows));
        }

        if (HasTriggers)
        {
            _setup.Add("CREATE TABLE audit (what CHAR(3), n INT) ENGINE = InnoDB");
            foreach (RandomTable table in _tables)
            {
                string operation = new[] { "INSERT", "UPDATE", "DELETE" }[_random.Next(3)], row = operation == "DELETE" ? "OLD" : "NEW";
                _setup.Add($"CREATE TRIGGER {table.Name}_follows AFTER {operation} ON {table.Name} "
                    + $"FOR EACH ROW INSERT INTO audit VALUES ('{operation[..3]}', {row}.n)");
            }
        }

        foreach (string statement in _setup)
            Do(_control, statement);
    }

    private void Begin(RandomSession session)
    {
        bool isStatement = _random.Next(40) == 0;
        session.Begin(isStatement, !isStatement && _random.Next(8) == 0 ? $"'x{++_xaNumber}'" : null);
        Act(session);
        if (session.IsOpen && _random.Next(2) == 0)
            Commit(session);
    }

    private void Act(RandomSession session)
    {
        switch (_random.Next(10))
        {
            case 0:
                Commit(session);
                break;
            case 1 when _random.Next(2) == 0:
                Rollback(session);
                break;
            case 2 when session.XaId == null:
                session.Savepoint = (session.Statements.Count, session.Back.Count);
                Do(session.Connection, "SAVEPOINT s");
                break;
            case 3 when session.Savepoint is { } place:
                Do(session.Connection, "ROLLBACK TO s");
                session.Statements.RemoveRange(place.Statements, session.Statements.Count - place.Statements);
                session.TakeBack(place.Rows);
                break;
            default:
                if (Next(session) is { } statement)
                    Run(session, statement.Statement, statement.Done);
                break;
        }
    }

    private void Run(RandomSession session, RandomStatement statement, Action done)
    {
        try
        {
            Do(session.Connection, statement.Text(statement.Ids));
            session.Statements.Add(statement);
            done();
            if (HasKin)
                FollowCascades(session);
        }
        catch (RecoveryException e) when (e.ErrorId == "ServerQueryFailed")
        {
            // A key forbids it, or a lock: nothing of the transaction is to stay.
            Rollback(session);
        }
    }

    private void FollowCascades(RandomSession session)
    {
        foreach (RandomTable child in _tables.Where(t => t.References.Count > 0))
        {
            HashSet<int> there = [.. session.Connection.QueryAll($"SELECT id FROM {child.Name}", Stop)
                .Select(r => int.Parse(r[0]!, CultureInfo.InvariantCulture))];
            int[] gone = [.. child.Rows.Where(id => !there.Contains(id))];
            if (gone.Length > 0)
                Replace(session, child, gone, []);
        }
    }

    private (RandomStatement Statement, Action Done)? Next(RandomSession session)
    {
        RandomTable table = _tables[_random.Next(_tables.Count)];
        bool isShared = _locks.Any(l => l.Value != session && (l.Key.Table == table || (table.IsKin && l.Key.Table.IsKin)));
        if (isShared && (!table.HasKey || table.IsKin))
            return null;
        List<int> there = [.. table.Rows.Distinct()
            .Where(id => !_locks.TryGetValue((table, id), out RandomSession? other) || other == session)];
        // Several rows may be found by going through all of them, those of others too.
        int[] ids = [.. there.OrderBy(_ => _random.Next()).Take(isShared ? 1 : _random.Next(1, 4))];
        string name = table.Name;
        switch (_random.Next(6))
        {
            case 0:
                int[] added = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => NewNumber(table, session)).Distinct()];
                Lock(session, table, added);
                string head = table.InsertHead;
                var rows = added.ToDictionary(id => id, id => table.NewRow(id, NextParent));
                return (new RandomStatement(name, RowOperation.Insert, added,
                    kept => kept.Count == 0 ? "" : head + string.Join(", ", kept.Select(id => rows[id])), table.HasNumber), () =>
                {
                    table.Rows.AddRange(added);
                    session.Back.Add(() => added.ToList().ForEach(id => table.Rows.Remove(id)));
                }
                );
            case 1 or 2 when ids.Length > 0:
                Lock(session, table, ids);
                return (table.UpdateOf(ids, [
                    .. table.Assignments(),
                    .. table.References.Where(_ => _random.Next(3) == 0).SelectMany(r => r.ValuesFor(NextParent(r)))]), () => { }
                );
            case 3 when ids.Length > 0 && table.HasAlias && _random.Next(3) > 0:
                Lock(session, table, ids[..1]);
                session.Back.Add(table.Rename(ids[0], out (string, string) alias));
                return (table.UpdateOf(ids[..1], [alias]), () => { }
                );
            case 3 when ids.Length > 0:
                int from = ids[0], to = NewNumber(table, session);
                // Without a key it may get the number that it has: that, too, is done, and fires triggers.
                int[] both = [.. new[] { from, to }.Distinct()];
                Lock(session, table, both);
                string move = table.Move(from, to);
                var moved = new RandomStatement(
                    name, RowOperation.Update, both, kept => kept.Count < both.Length ? "" : move, table.HasNumber)
                {
                    Rest = (chosen, _) => chosen.Count == 0 ? "" : move,
                };
                return (moved, () => Replace(session, table, [from], [to]));
            case 4 or 5 when ids.Length > 0:
                Lock(session, table, ids);
                return (new RandomStatement(name, RowOperation.Delete, ids, kept => kept.Count == 0 ? "" : table.Delete(name, kept),
                    table.HasNumber), () => Replace(session, table, ids, []));
            default:
                return null;
        }
    }

    // Often the parent that came last.
    private int? NextParent(RandomReference reference)
    {
        List<int> parents = reference.Parent.Rows;
        return parents.Count == 0 || _random.Next(4) == 0 ? null : parents[_random.Next(2) == 0 ? ^1 : _random.Next(parents.Count)];
    }

    private static void Replace(RandomSession session, RandomTable table, int[] gone, int[] come)
    {
        int[] removed = [.. table.Rows.Where(gone.Contains)];
        table.Rows.RemoveAll(id => gone.Contains(id));
        table.Rows.AddRange(come);
        session.Back.Add(() =>
        {
            table.Rows.RemoveAll(id => come.Contains(id));
            table.Rows.AddRange(removed);
        });
    }

    // A number that no open transaction has touched: a new one, one that has gone, or, without key, one that is there.
    private int NewNumber(RandomTable table, RandomSession session)
    {
        if (_random.Next(3) == 0)
        {
            int used = _random.Next(1, 12);
            bool isFree = !table.Rows.Contains(used) && !(_locks.TryGetValue((table, used), out RandomSession? other) && other != session);
            // Without a key, no log tells a row from one that had its number before.
            if (table.HasKey ? isFree : table.Rows.Contains(used))
                return used;
        }

        return ++_nextNumber % MaximumNumber + 100;
    }

    private void Lock(RandomSession session, RandomTable table, int[] ids)
    {
        foreach (int id in ids)
            _locks[(table, id)] = session;
    }

    private void Commit(RandomSession session)
    {
        long start = Position();
        session.Commit();
        _transactions.Add(new RandomTransaction((uint)session.Connection.ConnectionId, start, Position(), [.. session.Statements]));
        Close(session);
    }

    private void Rollback(RandomSession session)
    {
        session.Rollback(prepares: _random.Next(2) == 0);
        session.TakeBack(0);
        Close(session);
    }

    private void Close(RandomSession session)
    {
        session.Clear();
        foreach ((RandomTable, int) key in _locks.Where(l => l.Value == session).Select(l => l.Key).ToList())
            _locks.Remove(key);
    }

    private void Change(RandomSession session)
    {
        RandomTable table = _tables[_random.Next(_tables.Count)];
        if (table.IsKin || !table.TryChange(_random.Next(12), out string statement))
            return;
        long start = Position();
        Do(session.Connection, statement);
        _transactions.Add(new RandomTransaction((uint)session.Connection.ConnectionId, start, Position(), [], statement));
    }

    private long Position() =>
        _server.Flavour == ServerFlavour.MySql ? PositionOf("SHOW BINARY LOG STATUS") : PositionOf("SHOW MASTER STATUS");

    private long PositionOf(string sql) => long.Parse(_control.QueryAll(sql, Stop)[0][1]!, CultureInfo.InvariantCulture);
}
