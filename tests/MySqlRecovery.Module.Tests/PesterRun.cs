using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace MySqlRecovery.Module.Tests;

/// <summary>What Pester says of one test: Result is Passed, Failed, Skipped, Inconclusive or NotRun.</summary>
public sealed record PesterResult(string File, string Name, string Result, string Message, double Seconds);

/// <summary>Runs files of Pester tests, each once, in a PowerShell of its own.</summary>
internal static class PesterRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    private static readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<PesterResult>>>> Runs = new();
    private static readonly Dictionary<string, string?> Places =
        typeof(PesterRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(place => place.Key, place => place.Value);

    private static string Folder => Path.Combine(Places["Repository"]!, "tests", "Module");

    /// <summary>The tests of all files, which are found but not run.</summary>
    public static IReadOnlyList<PesterResult> List() => RunAsync("-List").GetAwaiter().GetResult();

    /// <summary>The results of one file in the order of its tests.</summary>
    public static Task<IReadOnlyList<PesterResult>> Of(string file) =>
        Runs.GetOrAdd(file, name => new(() => RunAsync("-Path", Path.Combine(Folder, name)))).Value;

    private static async Task<IReadOnlyList<PesterResult>> RunAsync(params string[] arguments)
    {
        string report = Path.GetTempFileName();
        try
        {
            string text = await RunPowerShellAsync(
                [Path.Combine(Folder, "run.ps1"), "-Pester", Places["Pester"]!, "-Report", report, .. arguments]);
            // Without the byte order mark that some PowerShells write.
            string json = (await File.ReadAllTextAsync(report)).Trim('\uFEFF', '\r', '\n');
            return json.Length == 0
                ? throw new InvalidOperationException($"Pester left no results of {string.Join(' ', arguments)}:\n{text}")
                : JsonSerializer.Deserialize<PesterResult[]>(json)!;
        }
        finally
        {
            File.Delete(report);
        }
    }

    private static async Task<string> RunPowerShellAsync(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["tool", "run", "pwsh", "--", "-NoProfile", "-NonInteractive", "-File", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Places["Repository"],
        };
        // The tests start further PowerShells, whose program looks for .NET by this variable.
        string? dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath;
        start.Environment.TryAdd("DOTNET_ROOT", Path.GetDirectoryName(dotnet));
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token);
        Task<string> errors = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return await output + await errors;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            string command = string.Join(' ', start.ArgumentList);
            throw new TimeoutException($"PowerShell did not end within {Patience.TotalMinutes} minutes: {command}");
        }
    }
}
