namespace MySqlRecovery.Bench.Speed;

/// <summary>Compares the engine and the cmdlets with other programs, and prints and writes the tables.</summary>
internal static class SpeedCommand
{
    public static int Run(SpeedOptions options)
    {
        Directory.CreateDirectory(options.DataFolder);
        var report = new SpeedReport(options);
        var comparisons = new Comparisons(options, new BenchData(options.DataFolder), new Peers(options.ProgramFolders));
        foreach (Comparison comparison in comparisons.All())
            report.Add(comparison, comparison.Run(options.Runs));
        report.Write(options.ReportPath);
        return 0;
    }
}
