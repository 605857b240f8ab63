namespace MySqlRecovery.Bench.Logs;

/// <summary>Prints how the engine's counts compare with a vendor's for the binlogs of a folder, as Markdown.</summary>
internal static class LogsCommand
{
    /// <returns>0 where all counts are equal, else 1.</returns>
    public static int Run(string folder, string[] toolPaths)
    {
        BinlogTool[] tools = [.. toolPaths.Select(p => new BinlogTool(p))];
        LogComparison[] logs = [.. BinlogFolder.Find(folder).Select(path => Compare(tools, folder, path))];
        Console.WriteLine("| Server | Logs | Bytes | Events | Rows | Compared with | Equal |");
        Console.WriteLine("|---|---:|---:|---:|---:|---|---:|");
        foreach (IGrouping<(string, string), LogComparison> group in logs
            .GroupBy(l => (l.Release, l.ToolVersion)).OrderBy(g => Version.TryParse(g.Key.Release, out Version? v) ? v : new Version(0, 0)))
        {
            (string release, string tool) = group.Key;
            WriteRow(release.Length == 0 ? "not said" : release, tool, [.. group]);
        }

        WriteRow("all", string.Empty, logs);
        Console.WriteLine();
        Console.WriteLine("| Log | Remark |");
        Console.WriteLine("|---|---|");
        foreach (LogComparison log in logs.Where(l => l.Remark != null))
            Console.WriteLine($"| {log.Name} | {log.Remark} |");
        return logs.All(l => l.IsEqual) ? 0 : 1;
    }

    private static void WriteRow(string release, string tool, LogComparison[] logs) => Console.WriteLine(
        $"| {release} | {logs.Length} | {logs.Sum(l => l.Size)} | {logs.Sum(l => l.Engine.EventCount)} | "
            + $"{logs.Sum(l => l.Engine.RowCount)} | {tool} | {logs.Count(l => l.IsEqual)} |");

    // A later program may have dropped what an earlier one still reads: the one that comes furthest is compared with.
    private static LogComparison Compare(BinlogTool[] tools, string folder, string path)
    {
        LogCounts engine = EngineCounts.Of(path);
        string name = Path.GetRelativePath(folder, path).Replace('\\', '/');
        long size = new FileInfo(path).Length;
        LogComparison? best = null;
        foreach (BinlogTool tool in tools)
        {
            var found = new LogComparison(name, size, engine, tool.Count(path), tool.Version);
            if (best == null || found.Tool.EventCount > best.Tool.EventCount)
                best = found;
            if (found.Tool.Failure == null)
                break;
        }

        return best!;
    }
}
