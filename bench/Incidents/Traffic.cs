using MySqlRecovery.Model;

namespace MySqlRecovery.Bench.Incidents;

/// <summary>
/// Some hours of a shop, from a seed: orders with their lines, payments, stock, a queue and its workers, sessions and the job that
/// removes old ones, an archiver, imports, a support desk, and scratch tables.
/// </summary>
internal sealed class Traffic
{
    private const uint Start = 1_790_000_000;

    private readonly Random _random;
    private readonly TrafficLog _log = new(Start);
    private readonly PriorityQueue<Action, uint> _plan = new();
    private readonly uint _now = Start;
    private uint _nextThread = 1000;

    /// <param name="seed">The same seed gives the same log.</param>
    /// <param name="damage">What to plant, or null.</param>
    public Traffic(int seed, DamageKind? damage)
    {
        _random = new Random(seed);
        Fill();
        uint end = Start + (uint)_random.Next(2 * 3600, 5 * 3600);
        PlanUsual(end);
        if (damage is { } kind)
            _plan.Enqueue(() => Planted = Damage.Plant(this, kind), Start + (uint)((end - Start) * (0.2 + 0.7 * _random.NextDouble())));
        while (_plan.TryDequeue(out Action? act, out uint time) && time < end)
        {
            _now = Math.Max(_now, time);
            act();
        }
    }

    public Random Random => _random;

    public TrafficLog Log => _log;

    public uint Now => _now;

    public byte[] Bytes => _log.Bytes;

    /// <summary>What was planted; null where nothing was.</summary>
    public PlantedDamage? Planted { get; private set; }

    public TrafficTable Orders { get; } = new(1, "orders", "id", "customer", "status", "total");

    public TrafficTable Lines { get; } = new(2, "order_line", "id", "order_id", "article", "quantity", "price");

    public TrafficTable Stock { get; } = new(3, "stock", "id", "quantity", "price");

    public TrafficTable Sessions { get; } = new(4, "session", "id", "customer", "seen");

    public TrafficTable Queue { get; } = new(5, "queue", "id", "kind", "state");

    public TrafficTable Audit { get; } = new(6, "audit", "id", "what", "who");

    /// <summary>A session of the application's pool.</summary>
    public uint AppThread() => (uint)_random.Next(101, 109);

    /// <summary>A session that nobody had before.</summary>
    public uint NewThread() => _nextThread++;

    /// <summary>Does something some seconds from now.</summary>
    public void After(double seconds, Action act) => _plan.Enqueue(act, _now + (uint)seconds);

    public void Transaction(uint thread, params (TrafficTable Table, RowOperation Operation, IReadOnlyList<int[]> Images)[] changes)
    {
        if (changes.All(c => c.Images.Count == 0))
            return;
        _log.Begin(thread, _now);
        foreach ((TrafficTable table, RowOperation operation, IReadOnlyList<int[]> images) in changes.Where(c => c.Images.Count > 0))
            _log.Rows(table, operation, images);
        _log.Commit();
    }

    /// <summary>Changes rows; gives the images before and after, in turn.</summary>
    public static List<int[]> Update(TrafficTable table, IEnumerable<int[]> rows, Func<int[], int[]> change)
    {
        var images = new List<int[]>();
        foreach (int[] row in rows.ToList())
        {
            int[] changed = change((int[])row.Clone());
            table.Replace(changed);
            images.Add(row);
            images.Add(changed);
        }

        return images;
    }

    /// <summary>Removes rows, and gives them.</summary>
    public static List<int[]> Delete(TrafficTable table, IEnumerable<int[]> rows)
    {
        List<int[]> gone = [.. rows];
        gone.ForEach(table.Delete);
        return gone;
    }

    public static int[] With(int[] row, int column, int value)
    {
        row[column] = value;
        return row;
    }

    // What was there before the log.
    private void Fill()
    {
        for (int i = 0; i < _random.Next(300, 2000); i++)
            NewOrder();
        for (int i = 0; i < _random.Next(50, 400); i++)
            Stock.Insert(id => [id, _random.Next(100), _random.Next(1, 90)]);
        for (int i = 0; i < _random.Next(50, 300); i++)
            Sessions.Insert(id => [id, _random.Next(5000), (int)Start - _random.Next(3600)]);
    }

    private (int[] Order, List<int[]> Lines) NewOrder()
    {
        int[] order = Orders.Insert(id => [id, _random.Next(5000), 0, _random.Next(10, 900)]);
        List<int[]> lines = [.. Enumerable.Range(0, _random.Next(1, 6)).Select(
            _ => Lines.Insert(id => [id, order[0], _random.Next(400), _random.Next(1, 9), _random.Next(1, 90)]))];
        return (order, lines);
    }

    private void PlanUsual(uint end)
    {
        Repeat(4 + 20 * _random.NextDouble(), PlaceOrder);
        Repeat(5 + 20 * _random.NextDouble(), () => ChangeOrder(1 + _random.Next(4)));
        Repeat(10 + 30 * _random.NextDouble(), Login);
        Repeat(3 + 10 * _random.NextDouble(), Work);
        Repeat(60 + 200 * _random.NextDouble(), Support);
        Repeat(300 + 600 * _random.NextDouble(), RemoveSessions);
        Repeat(600 + 900 * _random.NextDouble(), Archive);
        Repeat(900 + 900 * _random.NextDouble(), Import);
        Repeat(1800 + 3600 * _random.NextDouble(), Scratch);
        if (_random.Next(3) == 0)
            _plan.Enqueue(
                () => _log.Define("ALTER TABLE audit ADD COLUMN note INT, DROP INDEX who", NewThread(), _now), Start + (end - Start) / 3);
    }

    private void Repeat(double every, Action act)
    {
        double pause = every * (0.2 - Math.Log(1 - _random.NextDouble()));
        After(Math.Max(1, pause), () =>
        {
            act();
            Repeat(every, act);
        });
    }

    private void PlaceOrder()
    {
        (int[] order, List<int[]> lines) = NewOrder();
        List<int[]> stock = Update(
            Stock, lines.Take(Stock.Count).Select(_ => Stock.Count > 0 ? Stock.Any(_random) : null!).Where(s => s != null)
                .DistinctBy(s => s[0]),
            row => With(row, 1, row[1] - 1));
        Transaction(
            AppThread(), (Orders, RowOperation.Insert, [order]), (Lines, RowOperation.Insert, lines), (Stock, RowOperation.Update, stock),
            (Queue, RowOperation.Insert, [Queue.Insert(id => [id, 1, 0])]));
    }

    private void ChangeOrder(int status)
    {
        if (Orders.Count > 0)
            Transaction(AppThread(), (Orders, RowOperation.Update, Update(Orders, [Orders.Any(_random)], row => With(row, 2, status))));
    }

    private void Login()
    {
        if (_random.Next(3) > 0 || Sessions.Count == 0)
            Transaction(AppThread(), (Sessions, RowOperation.Insert, [Sessions.Insert(id => [id, _random.Next(5000), (int)_now])]));
        else
            Transaction(
                AppThread(), (Sessions, RowOperation.Update, Update(Sessions, [Sessions.Any(_random)], row => With(row, 2, (int)_now))));
    }

    private void Work()
    {
        if (Queue.Count > 0)
            Transaction(201, (Queue, RowOperation.Delete, Delete(Queue, [Queue.Any(_random)])));
    }

    private void Support()
    {
        if (Orders.Count == 0)
            return;
        int[] order = Orders.Any(_random);
        Transaction(
            150, (Lines, RowOperation.Delete, Delete(Lines, Lines.All.Where(l => l[1] == order[0]).ToList())),
            (Orders, RowOperation.Delete, Delete(Orders, [order])),
            (Audit, RowOperation.Insert, [Audit.Insert(id => [id, order[0], 150])]));
    }

    private void RemoveSessions() => Transaction(
        NewThread(),
        (Sessions, RowOperation.Delete, Delete(Sessions, Sessions.All.OrderBy(s => s[2]).Take(_random.Next(10, 40)).ToList())));

    private void Archive() => Transaction(
        NewThread(),
        (Orders, RowOperation.Update, Update(
            Orders, Orders.All.Where(o => o[2] is > 0 and < 9).Take(_random.Next(20, 60)).ToList(), row => With(row, 2, 9))));

    private void Import() => Transaction(
        NewThread(),
        (Stock, RowOperation.Update, Update(
            Stock, Enumerable.Range(0, Math.Min(Stock.Count, _random.Next(20, 50))).Select(_ => Stock.Any(_random)).DistinctBy(s => s[0]),
            row => With(row, 1, row[1] + _random.Next(50)))),
        (Audit, RowOperation.Insert, [.. Enumerable.Range(0, _random.Next(20, 80)).Select(
            _ => Audit.Insert(id => [id, _random.Next(9), 0]))]));

    private void Scratch()
    {
        uint thread = NewThread();
        _log.Define("CREATE TABLE scratch (id INT PRIMARY KEY, n INT)", thread, _now);
        _log.Begin(thread, _now);
        _log.Rows(new TrafficTable(9, "scratch", "id", "n"), RowOperation.Insert, [.. Enumerable.Range(1, 30).Select(i => (int[])[i, i])]);
        _log.Commit();
        _log.Define("DROP TABLE scratch", thread, _now);
    }
}
