namespace MySqlRecovery.Bench;

/// <summary>The plain binlogs in a folder and below, told by their first bytes.</summary>
internal static class BinlogFolder
{
    private static readonly byte[] Magic = [0xFE, 0x62, 0x69, 0x6E];

    public static string[] Find(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(IsBinlog).Order(StringComparer.Ordinal)];

    private static bool IsBinlog(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[4];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(Magic);
    }
}
