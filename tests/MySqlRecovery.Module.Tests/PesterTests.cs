using Xunit;

namespace MySqlRecovery.Module.Tests;

/// <summary>The tests under tests/Module, which Pester runs in a PowerShell. Each is a test here.</summary>
public abstract class PesterTests
{
    private const int Shares = 2;

    private static readonly Lazy<IGrouping<string, PesterResult>[]> Files =
        new(() => [.. PesterRun.List().GroupBy(test => test.File).OrderBy(file => file.Key, StringComparer.Ordinal)]);

    /// <summary>The tests of every second file: they wait for servers and PowerShells much of the time, so that two run at once.</summary>
    protected static IEnumerable<TheoryDataRow<string, int, string>> Share(int number)
    {
        foreach (IGrouping<string, PesterResult> file in Files.Value.Where((_, i) => i % Shares == number))
        {
            int index = 0;
            foreach (PesterResult test in file)
                yield return new(file.Key, index++, test.Name) { TestDisplayName = $"{file.Key}: {test.Name}", Label = "" };
        }
    }

    protected static async Task AssertPasses(string file, int index, string name)
    {
        IReadOnlyList<PesterResult> results = await PesterRun.Of(file);
        Assert.True(index < results.Count, $"{file} was found to have this test, and ran {results.Count} tests without it.");
        PesterResult result = results[index];
        Assert.Equal(name, result.Name);
        TestContext.Current.TestOutputHelper?.WriteLine($"{result.Seconds:0.000} s in Pester");
        if (result.Result == "Skipped")
            Assert.Skip(result.Message.Length == 0 ? "Pester skipped it." : result.Message);
        if (result.Result != "Passed")
            Assert.Fail($"{result.Result}: {result.Message}");
    }
}

public sealed class FirstPesterTests : PesterTests
{
    public static IEnumerable<TheoryDataRow<string, int, string>> Tests() => Share(0);

    [Theory]
    [MemberData(nameof(Tests))]
    public Task Passes(string file, int index, string name) => AssertPasses(file, index, name);
}

public sealed class SecondPesterTests : PesterTests
{
    public static IEnumerable<TheoryDataRow<string, int, string>> Tests() => Share(1);

    [Theory]
    [MemberData(nameof(Tests))]
    public Task Passes(string file, int index, string name) => AssertPasses(file, index, name);
}
