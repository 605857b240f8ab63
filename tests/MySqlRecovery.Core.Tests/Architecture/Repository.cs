namespace MySqlRecovery.Core.Tests.Architecture;

/// <summary>The files that the tests of the whole look at.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution, above the one that the tests run in.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>The C# files under a folder, without what the build makes.</summary>
    public static IEnumerable<string> Sources(string folder)
    {
        char slash = Path.DirectorySeparatorChar;
        return Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{slash}obj{slash}", StringComparison.Ordinal)
                && !file.Contains($"{slash}bin{slash}", StringComparison.Ordinal));
    }

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "MySqlRecovery.sln")) ? folder
            : FindRoot(Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))!);
}
