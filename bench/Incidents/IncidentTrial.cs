using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Incidents;
using MySqlRecovery.Model;

namespace MySqlRecovery.Bench.Incidents;

/// <summary>One log, and what was found in it.</summary>
/// <param name="Planted">What was planted, or null.</param>
/// <param name="Incidents">What was found above the threshold.</param>
internal sealed record IncidentTrial(PlantedDamage? Planted, IReadOnlyList<Incident> Incidents)
{
    /// <summary>Whether the most suspicious is what was planted.</summary>
    public bool IsFirst => Planted != null && Incidents.Count > 0 && Incidents[0] is var first && first.ThreadId == Planted.Thread
        && first.StartPosition < Planted.Stop && first.StopPosition > Planted.Start;

    public static IncidentTrial Run(int seed, DamageKind? kind)
    {
        var traffic = new Traffic(seed, kind);
        string path = Path.Combine(Path.GetTempPath(), $"mysqlrecovery-{Guid.NewGuid():N}.000001");
        File.WriteAllBytes(path, traffic.Bytes);
        try
        {
            using var scan = new EventScan([LogRange.Whole(path)], EventFilter.All, CancellationToken.None);
            var finder = new IncidentFinder();
            while (scan.Read())
                finder.Add(new EventView(scan));
            return new IncidentTrial(traffic.Planted, [.. finder.Complete()]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public override string ToString() => Incidents.Count == 0 ? "nothing" : string.Join(" | ", Incidents.Take(2));
}
