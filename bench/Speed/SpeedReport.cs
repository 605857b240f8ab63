using System.Globalization;
using System.Text;

namespace MySqlRecovery.Bench.Speed;

/// <summary>The results as Markdown.</summary>
internal sealed class SpeedReport
{
    private readonly StringBuilder _text = new();

    public SpeedReport(SpeedOptions options)
    {
        Line("# Speed, side by side");
        Line();
        Line($"Written by `dotnet run -c Release --project bench` on {DateTime.UtcNow:yyyy-MM-dd}; "
            + $"{Environment.ProcessorCount} processors, "
            + $"{System.Runtime.InteropServices.RuntimeInformation.OSDescription}, .NET {Environment.Version}; files of "
            + $"{options.SizeMiB} MiB on "
            + $"{new DriveInfo(options.DataFolder).DriveFormat}, page cache warm, contenders in turn, medians of {options.Runs}.");
        Line();
        Line("*Factor* is a contender's wall time divided by the engine's. The times of a plain process hold its start and its JIT; "
            + "the times of a cmdlet "
            + "are those of the first call in a fresh pwsh, "
            + "without the start of pwsh. *Allocated* is what the engine put on the managed heap in all. The engine and "
            + "the cmdlets wait until their files are on the disk, as *dd conv=fsync* does; *cp* does not.");
    }

    public void Add(Comparison comparison, IReadOnlyList<(Contender Contender, Measured? Measured)> results)
    {
        double mebibytes = comparison.InputSize / 1048576.0;
        double engine = results[0].Measured!.Seconds;
        Line();
        Line($"## {comparison.Title}");
        Line();
        Line($"{Path.GetFileName(comparison.Input)}, {mebibytes:F0} MiB{Count(results[0].Measured!, engine)}");
        Line();
        Line("| | wall s | CPU s | peak MiB | MiB/s | factor | target | allocated MiB |");
        Line("|---|---:|---:|---:|---:|---:|---:|---:|");
        foreach ((Contender contender, Measured? measured) in results)
        {
            string target = contender.Target is { } least ? $"≥ {least:0.##}" : string.Empty;
            Line(measured == null
                ? $"| {contender.Name} | not installed | | | | | {target} | |"
                : $"| {contender.Name} | {measured.Seconds:F2} | {measured.CpuSeconds:F2} | {measured.PeakMiB:F0} | "
                    + $"{mebibytes / measured.Seconds:F0} | "
                    + $"{measured.Seconds / engine:F2} | {target} | {Allocated(measured)} |");
        }
    }

    public void Write(string path) => File.WriteAllText(path, _text.ToString());

    private static string Count(Measured measured, double seconds)
    {
        foreach (string what in (string[])["rows", "events"])
        {
            if (measured.Words.TryGetValue(what, out string? text))
                return string.Create(CultureInfo.InvariantCulture,
                    $", {text} {what}, {double.Parse(text, CultureInfo.InvariantCulture) / seconds / 1e6:F2} "
                        + $"million a second by the engine");
        }

        return string.Empty;
    }

    private static string Allocated(Measured measured) => measured.Words.TryGetValue("allocated", out string? bytes)
        ? (double.Parse(bytes, CultureInfo.InvariantCulture) / 1048576).ToString("F1", CultureInfo.InvariantCulture) : string.Empty;

    private void Line(string text = "")
    {
        Console.WriteLine(text);
        _text.Append(text).Append('\n');
    }
}
