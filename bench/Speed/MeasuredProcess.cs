using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace MySqlRecovery.Bench.Speed;

/// <summary>Runs a contender in a process of its own and looks at that every few milliseconds.</summary>
internal static class MeasuredProcess
{
    private const int PollMilliseconds = 5;

    public static Measured Run(Contender contender)
    {
        // The shell replaces itself by the program, so that the process is the program's.
        string sink = contender.Output
            ?? (contender.ReportsTime || contender.Program == Environment.ProcessPath ? "/dev/stdout" : "/dev/null");
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec \"$0\" \"$@\" > \"{sink}\"", contender.Program!, .. contender.Arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        long began = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        double cpu = 0, peak = 0;
        while (!process.WaitForExit(PollMilliseconds))
        {
            try
            {
                process.Refresh();
                peak = Math.Max(peak, process.PeakWorkingSet64 / 1048576.0);
                cpu = process.TotalProcessorTime.TotalSeconds;
            }
            catch (Exception e) when (e is InvalidOperationException or Win32Exception)
            {
                // It ended in between.
            }
        }

        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{contender.Name} failed: {errors.Result}");
        Dictionary<string, string> words = Words(output.Result);
        if (contender.ReportsTime)
            seconds = double.Parse(words["seconds"], CultureInfo.InvariantCulture);
        return new Measured(seconds, cpu, peak, words);
    }

    private static Dictionary<string, string> Words(string text) => text
        .Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
        .Select(word => word.Split('='))
        .Where(pair => pair.Length == 2)
        .GroupBy(pair => pair[0])
        .ToDictionary(group => group.Key, group => group.Last()[1]);
}
