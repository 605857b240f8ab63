using MySqlRecovery.Model;

namespace MySqlRecovery.Bench.Incidents;

/// <summary>Ten kinds of damage that people do.</summary>
internal enum DamageKind
{
    /// <summary>DELETE without WHERE.</summary>
    DeleteAll,

    /// <summary>UPDATE without WHERE: one value in a column of all rows.</summary>
    UpdateAll,

    /// <summary>DELETE with a WHERE that takes too much.</summary>
    DeleteMany,

    /// <summary>UPDATE of many rows, each to another value.</summary>
    UpdateMany,

    /// <summary>A script that deletes row by row.</summary>
    DeleteOneByOne,

    /// <summary>A script that updates row by row.</summary>
    UpdateOneByOne,

    /// <summary>DROP TABLE.</summary>
    Drop,

    /// <summary>TRUNCATE TABLE.</summary>
    Truncate,

    /// <summary>The same rows loaded again and again.</summary>
    InsertMany,

    /// <summary>A job with a wrong limit that takes rows out of several tables, some at a time.</summary>
    WrongJob,
}

/// <summary>What was planted.</summary>
/// <param name="Thread">The session.</param>
/// <param name="Start">Offset of its first transaction.</param>
internal sealed record PlantedDamage(uint Thread, long Start)
{
    /// <summary>Offset after its last transaction.</summary>
    public long Stop { get; set; }
}

/// <summary>Plants damage into traffic.</summary>
internal static class Damage
{
    public static PlantedDamage Plant(Traffic traffic, DamageKind kind)
    {
        Random random = traffic.Random;
        uint thread = random.Next(10) < 3 ? traffic.AppThread() : traffic.NewThread();
        var planted = new PlantedDamage(thread, traffic.Log.End);
        TrafficTable[] tables = [traffic.Orders, traffic.Lines, traffic.Stock, traffic.Sessions];
        // That a table with next to nothing in it loses that is no damage to speak of.
        TrafficTable[] large = [.. tables.Where(t => t.Count >= 100)];
        TrafficTable table = large[random.Next(large.Length)];
        List<int[]> all = [.. table.All];
        List<int[]> many = [.. all.Where(_ => random.NextDouble() < 0.6)];
        int column = random.Next(1, table.Columns.Length);
        switch (kind)
        {
            case DamageKind.DeleteAll:
                traffic.Transaction(thread, (table, RowOperation.Delete, Traffic.Delete(table, all)));
                break;
            case DamageKind.UpdateAll:
                traffic.Transaction(
                    thread, (table, RowOperation.Update, Traffic.Update(table, all, row => Traffic.With(row, column, 4711))));
                break;
            case DamageKind.DeleteMany:
                traffic.Transaction(thread, (table, RowOperation.Delete, Traffic.Delete(table, many)));
                break;
            case DamageKind.UpdateMany:
                traffic.Transaction(
                    thread, (table, RowOperation.Update,
                        Traffic.Update(table, many, row => Traffic.With(row, column, row[column] * 2 + 1))));
                break;
            case DamageKind.DeleteOneByOne or DamageKind.UpdateOneByOne:
                GoOn(traffic, planted, table, kind, random.Next(150, 500));
                return planted;
            case DamageKind.Drop:
                traffic.Log.Define($"DROP TABLE {table.Name}", thread, traffic.Now);
                Traffic.Delete(table, all);
                break;
            case DamageKind.Truncate:
                traffic.Log.Define($"TRUNCATE TABLE {table.Name}", thread, traffic.Now);
                Traffic.Delete(table, all);
                break;
            case DamageKind.InsertMany:
                traffic.Transaction(thread, (traffic.Orders, RowOperation.Insert, [.. Enumerable.Range(0, random.Next(1000, 3000)).Select(
                    _ => traffic.Orders.Insert(id => [id, 17, 0, 99]))]));
                break;
            default:
                PurgeOn(traffic, planted, random.Next(5, 12));
                return planted;
        }

        planted.Stop = traffic.Log.End;
        return planted;
    }

    private static void GoOn(Traffic traffic, PlantedDamage planted, TrafficTable table, DamageKind kind, int left)
    {
        for (int i = 0; i < 10 && table.Count > 0; i++, left--)
        {
            int[] row = table.Any(traffic.Random);
            traffic.Transaction(planted.Thread, kind == DamageKind.DeleteOneByOne
                ? (table, RowOperation.Delete, Traffic.Delete(table, [row]))
                : (table, RowOperation.Update, Traffic.Update(table, [row], r => Traffic.With(r, 1, r[1] + 1000))));
        }

        planted.Stop = traffic.Log.End;
        if (left > 0 && table.Count > 0)
            traffic.After(1, () => GoOn(traffic, planted, table, kind, left));
    }

    private static void PurgeOn(Traffic traffic, PlantedDamage planted, int left)
    {
        List<int[]> orders = [.. Enumerable.Range(0, Math.Min(traffic.Orders.Count, traffic.Random.Next(8, 20))).Select(
            _ => traffic.Orders.Any(traffic.Random)).DistinctBy(o => o[0])];
        HashSet<int> ids = [.. orders.Select(o => o[0])];
        traffic.Transaction(
            planted.Thread,
            (traffic.Lines, RowOperation.Delete, Traffic.Delete(traffic.Lines, traffic.Lines.All.Where(l => ids.Contains(l[1])).ToList())),
            (traffic.Orders, RowOperation.Delete, Traffic.Delete(traffic.Orders, orders)));
        planted.Stop = traffic.Log.End;
        if (left > 1)
            traffic.After(2, () => PurgeOn(traffic, planted, left - 1));
    }
}
