using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace MySqlRecovery.Core.Tests.Architecture;

public partial class SourceTests
{
    /// <summary>Texts in the engine's sources that look like an error id and are none.</summary>
    private static readonly string[] NoErrorIds = ["MariaDB", "MySqlRecovery"];

    [Fact]
    public void Every_error_id_is_in_the_help_and_every_one_in_the_help_is_used()
    {
        string help = File.ReadAllText(Path.Combine(Repository.Root, "en-US", "about_MySqlRecovery.help.txt"));
        string section = help[help.IndexOf("ERROR IDS", StringComparison.Ordinal)..help.IndexOf("SEE ALSO", StringComparison.Ordinal)];
        string[] documented = [.. HelpEntry().Matches(section).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)];
        string[] all = [.. Repository.Sources("src")];

        Assert.Empty(Words(Repository.Sources("src/MySqlRecovery.Core"), Text()).Except(documented).Except(NoErrorIds));
        Assert.Empty(Words(all, BeforeKind()).Except(documented));
        Assert.Empty(documented.Except(Words(all, Text())));

        static HashSet<string> Words(IEnumerable<string> files, Regex pattern) =>
            [.. files.SelectMany(file => pattern.Matches(Code(file))).Select(match => match.Groups[1].Value)];
    }

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Assert.Empty(Repository.Sources("src").Where(file => File.ReadLines(file).Count() > 400).Select(Path.GetFileName));

    [Fact]
    public void No_line_is_longer_than_140_characters() => Assert.Empty(
        from folder in (string[])["src", "tests", "bench"]
        from file in Repository.Sources(folder)
        from line in File.ReadLines(file).Index()
        where line.Item.Length > 140
        select $"{Path.GetFileName(file)}:{line.Index + 1}");

    [Fact]
    public void No_line_ends_with_an_operator() => Assert.Empty(
        from file in Repository.Sources("src")
        from line in File.ReadLines(file).Index()
        where OperatorAtEnd().IsMatch(line.Item) && !line.Item.Contains("//", StringComparison.Ordinal)
        select $"{Path.GetFileName(file)}:{line.Index + 1}");

    [Fact]
    public async Task Blanks_and_lines_are_as_dotnet_format_sets_them()
    {
        var start = new ProcessStartInfo("dotnet", ["format", "whitespace", "--folder", "--verify-no-changes"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process format = Process.Start(start)!;
        Task<string> errors = format.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string said = await format.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await errors;
        await format.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(format.ExitCode == 0, said);
    }

    private static string Code(string file) => Comment().Replace(File.ReadAllText(file), string.Empty);

    [GeneratedRegex("//.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@" (&&|\|\||\?\?|==|!=|[-+*/|&]|and|or)$")]
    private static partial Regex OperatorAtEnd();

    [GeneratedRegex("^ {8}([A-Z][A-Za-z]+)", RegexOptions.Multiline)]
    private static partial Regex HelpEntry();

    /// <summary>A text of two or more words in Pascal case.</summary>
    [GeneratedRegex("\"((?:[A-Z][a-z]+){2,}|[A-Z][a-z]+(?:[A-Z][a-z]*)+)\"")]
    private static partial Regex Text();

    [GeneratedRegex("\"([A-Za-z]+)\",\\s*RecoveryErrorKind")]
    private static partial Regex BeforeKind();
}
