using System.Globalization;

namespace MySqlRecovery.Bench.Incidents;

/// <summary>
/// How well incidents are found: logs of seeded traffic, as many with damage as without; what ranks first, and what clean logs give.
/// </summary>
internal static class IncidentsCommand
{
    public static int Run(int logs, int seed)
    {
        DamageKind[] kinds = Enum.GetValues<DamageKind>();
        int[] found = new int[kinds.Length], planted = new int[kinds.Length];
        int silent = 0;
        for (int i = 0; i < logs; i++)
        {
            DamageKind kind = kinds[i % kinds.Length];
            planted[i % kinds.Length]++;
            IncidentTrial trial = IncidentTrial.Run(seed + i, kind);
            found[i % kinds.Length] += trial.IsFirst ? 1 : 0;
            if (!trial.IsFirst)
                Console.WriteLine($"  seed {seed + i} {kind}: {trial}");
            trial = IncidentTrial.Run(seed + i, null);
            silent += trial.Incidents.Count == 0 ? 1 : 0;
            if (trial.Incidents.Count > 0)
                Console.WriteLine($"  seed {seed + i} clean: {trial}");
        }

        for (int i = 0; i < kinds.Length; i++)
            Console.WriteLine($"{kinds[i],-16} first in {found[i]} of {planted[i]}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"damage ranks first in {found.Sum()} of {logs}, clean logs without incident: {silent} of {logs}"));
        return found.Sum() >= 0.95 * logs && silent >= 0.95 * logs ? 0 : 1;
    }
}
