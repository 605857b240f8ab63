using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MySqlRecovery.Model;

namespace MySqlRecovery.Bench.Logs;

/// <summary>
/// A vendor's mysqlbinlog: its hexdump has a line with the type byte of every event, its verbose output one that starts
/// with ### for every row.
/// </summary>
internal sealed partial class BinlogTool(string path)
{
    /// <summary>The program's own name and version.</summary>
    public string Version { get; } = Run(path, ["--no-defaults", "--version"], _ => { }, out string first) == 0
        ? ProgramVersion().Match(first).Value.Replace("  ", " ") : throw new InvalidOperationException($"{path} --version fails");

    public LogCounts Count(string log)
    {
        var counts = new LogCounts();
        string[] arguments = ["--no-defaults", "--hexdump", "--verify-binlog-checksum", "--base64-output=DECODE-ROWS", "-vv", log];
        int exit = Run(path, arguments, line => Add(line, counts), out string firstError);
        if (exit != 0)
            counts.Failure = firstError;
        return counts;
    }

    private static void Add(string line, LogCounts counts)
    {
        if (line.StartsWith("### INSERT INTO ", StringComparison.Ordinal))
            counts.Count(RowOperation.Insert);
        else if (line.StartsWith("### UPDATE ", StringComparison.Ordinal))
            counts.Count(RowOperation.Update);
        else if (line.StartsWith("### DELETE FROM ", StringComparison.Ordinal))
            counts.Count(RowOperation.Delete);
        else if (EventHeader().Match(line) is { Success: true } header)
            counts.Count(byte.Parse(header.Groups["type"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    /// <summary>Runs a program; <paramref name="firstLine"/> is the first line of its error output, or of its output.</summary>
    private static int Run(string program, string[] arguments, Action<string> onLine, out string firstLine)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string? first = null;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            first ??= line;
            onLine(line);
        }

        process.WaitForExit();
        string[] errorLines = errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        firstLine = errorLines.FirstOrDefault(l => l.StartsWith("ERROR", StringComparison.Ordinal)) ?? errorLines.FirstOrDefault() ?? first
            ?? string.Empty;
        return process.ExitCode;
    }

    // MySQL: # 0000007f 4e 92 01 6b   23   14 …    MariaDB: #       7f  |4e 92 01 6b |23   |14 …
    [GeneratedRegex(@"^# +[0-9a-f]+ +\|?(?:[0-9a-f]{2} ){4}(?:  |\|)(?<type>[0-9a-f]{2})   ")]
    private static partial Regex EventHeader();

    [GeneratedRegex(@"[^/\\ ]+ +Ver [^ ]+")]
    private static partial Regex ProgramVersion();
}
