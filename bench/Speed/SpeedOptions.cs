using System.Globalization;

namespace MySqlRecovery.Bench.Speed;

/// <summary>What the comparison is told.</summary>
/// <param name="DataFolder">Where the logs and files are made once and kept.</param>
/// <param name="ReportPath">The Markdown file.</param>
/// <param name="ProgramFolders">Where peers are looked for before PATH.</param>
/// <param name="SizeMiB">Size of the large files.</param>
/// <param name="Runs">How often each contender runs; medians are printed.</param>
/// <param name="Only">Title of the comparison to run, or a part of several titles; empty for all.</param>
internal sealed record SpeedOptions(string DataFolder, string ReportPath, string[] ProgramFolders, int SizeMiB, int Runs, string Only)
{
    public static SpeedOptions? Parse(string[] arguments)
    {
        var options = new SpeedOptions(Path.Combine(Path.GetTempPath(), "mysqlrecovery-bench"), "speed.md", [], 1024, 3, string.Empty);
        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length)
                return null;
            string value = arguments[i + 1];
            SpeedOptions? next = arguments[i] switch
            {
                "--data" => options with { DataFolder = Path.GetFullPath(value) },
                "--report" => options with { ReportPath = value },
                "--programs" => options with { ProgramFolders = value.Split(Path.PathSeparator) },
                "--size" when TryParse(value, out int size) => options with { SizeMiB = size },
                "--runs" when TryParse(value, out int runs) => options with { Runs = runs },
                "--only" => options with { Only = value },
                _ => null,
            };
            if (next == null)
                return null;
            options = next;
        }

        return options;
    }

    private static bool TryParse(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0;
}
