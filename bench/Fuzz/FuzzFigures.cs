using System.Globalization;

namespace MySqlRecovery.Bench.Fuzz;

/// <summary>What a run has done and found.</summary>
internal sealed class FuzzFigures
{
    private readonly HashSet<string> _findings = new(StringComparer.Ordinal);
    private TimeSpan _longest;
    private long _largest;

    public int InputCount { get; set; }

    /// <summary>Readings that came to their end.</summary>
    public int ReadCount { get; set; }

    /// <summary>Readings that ended with an error for the user.</summary>
    public int RefusedCount { get; set; }

    public int FindingCount => _findings.Count;

    /// <summary>Whether this is new.</summary>
    public bool AddFinding(string finding) => _findings.Add(finding);

    public void Observe(TimeSpan time, long allocated)
    {
        _longest = time > _longest ? time : _longest;
        _largest = Math.Max(_largest, allocated);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{InputCount} inputs, {ReadCount} readings to the end, {RefusedCount} refused, {FindingCount} findings, "
            + $"longest {_longest.TotalSeconds:F2} s, largest allocation {_largest >> 20} MiB,");
}
