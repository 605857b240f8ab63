namespace MySqlRecovery.Bench.Logs;

/// <summary>Prints how the engine's counts compare with a vendor's for every binlog of a folder, as Markdown.</summary>
internal static class LogsCommand
{
    /// <returns>0 where all counts are equal, else 1.</returns>
    public static int Run(string folder, string[] toolPaths)
    {
        BinlogTool[] tools = [.. toolPaths.Select(p => new BinlogTool(p))];
        Console.WriteLine("| Log | Server | Bytes | Events | Rows | Compared with | Counts |");
        Console.WriteLine("|---|---|---:|---:|---:|---|---|");
        int logs = 0, equal = 0, events = 0, rows = 0;
        foreach (string path in BinlogFolder.Find(folder))
        {
            LogCounts ours = EngineCounts.Of(path);
            (BinlogTool tool, LogCounts theirs) = Count(tools, path);
            string differences = ours.Differences(theirs);
            logs++;
            events += ours.EventCount;
            rows += ours.RowCount;
            if (differences.Length == 0)
                equal++;
            string name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            Console.WriteLine(
                $"| {name} | {ours.ServerVersion} | {new FileInfo(path).Length} | {ours.EventCount} | {ours.RowCount} | {tool.Version} | {Verdict(ours, theirs, differences)} |");
        }

        Console.WriteLine();
        Console.WriteLine($"{logs} logs, {events} events, {rows} rows; equal: {equal}.");
        return equal == logs ? 0 : 1;
    }

    // A later program may have dropped what an earlier one still reads: the one that comes furthest is compared with.
    private static (BinlogTool Tool, LogCounts Counts) Count(BinlogTool[] tools, string path)
    {
        (BinlogTool, LogCounts)? best = null;
        foreach (BinlogTool tool in tools)
        {
            LogCounts counts = tool.Count(path);
            if (best is not { } found || counts.EventCount > found.Item2.EventCount)
                best = (tool, counts);
            if (counts.Failure == null)
                break;
        }

        return best!.Value;
    }

    private static string Verdict(LogCounts ours, LogCounts theirs, string differences)
    {
        string verdict = differences.Length == 0 ? "equal" : $"**differ (engine to tool): {differences}**";
        if (ours.Failure != null)
            verdict += $"; engine stops: {ours.Failure}";
        if (theirs.Failure != null)
            verdict += $"; tool stops: {theirs.Failure}";
        return verdict.Replace("|", "\\|").ReplaceLineEndings(" ");
    }
}
