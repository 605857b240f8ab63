using System.Diagnostics;
using System.Globalization;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Server.Tests.Properties;

/// <summary>
/// Incidents that are tried one after the other, each of a seed: for as long as PROPERTY_SECONDS says, without it as many as is usual,
/// the same ones each time; PROPERTY_SEED says with which one it starts.
/// </summary>
internal sealed class RandomIncidents(ITestOutputHelper output)
{
    private readonly Dictionary<string, int> _outcomes = [];

    /// <summary>What broke the law; after ten it is over.</summary>
    public List<string> Failures { get; } = [];

    public void Count(string outcome) => _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;

    /// <summary>Tries them, and fails if one broke the law.</summary>
    public void Run(int usual, Action<int> attempt)
    {
        string? seconds = Environment.GetEnvironmentVariable("PROPERTY_SECONDS");
        int first = int.Parse(Environment.GetEnvironmentVariable("PROPERTY_SEED") ?? "1", CultureInfo.InvariantCulture), seed = first;
        double most = seconds == null ? double.MaxValue : double.Parse(seconds, CultureInfo.InvariantCulture);
        var watch = Stopwatch.StartNew();
        for (; (seconds != null || seed < first + usual) && watch.Elapsed.TotalSeconds < most && Failures.Count < 10; seed++)
        {
            try
            {
                attempt(seed);
            }
            catch (RecoveryException e)
            {
                Failures.Add($"seed {seed}: the incident itself failed: {e}");
            }
        }

        output.WriteLine($"seeds {first} to {seed - 1}: "
            + $"{string.Join(", ", _outcomes.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Key} {o.Value}"))}");
        Assert.True(Failures.Count == 0, string.Join("\n\n", Failures));
    }
}
