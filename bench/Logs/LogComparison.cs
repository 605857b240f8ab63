namespace MySqlRecovery.Bench.Logs;

/// <summary>One log, counted by the engine and by a vendor's tool.</summary>
internal sealed record LogComparison(string Name, long Size, LogCounts Engine, LogCounts Tool, string ToolVersion)
{
    public string Differences { get; } = Engine.Differences(Tool);

    public bool IsEqual => Differences.Length == 0;

    /// <summary>The release, without what a build adds to it; empty where the log does not say.</summary>
    public string Release => Engine.ServerVersion.Split('-')[0];

    /// <summary>What the counts alone do not say; null where they say all.</summary>
    public string? Remark
    {
        get
        {
            string[] parts =
            [
                .. IsEqual ? (string[])[] : [$"**differ**, engine to tool: {Differences}"],
                .. Engine.Failure is { } ours ? (string[])[$"the engine stops: {ours}"] : [],
                .. Tool.Failure is { } theirs ? (string[])[$"{ToolVersion} stops: {theirs}"] : [],
            ];
            return parts.Length == 0 ? null : string.Join("; ", parts).Replace("|", "\\|").ReplaceLineEndings(" ");
        }
    }
}
