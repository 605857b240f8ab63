using Xunit;

namespace MySqlRecovery.Module.Tests;

/// <summary>The tests under tests/Module, which Pester runs in a PowerShell. Each is a test here.</summary>
public sealed class PesterTests
{
    public static IEnumerable<TheoryDataRow<string, int, string>> Tests()
    {
        foreach (IGrouping<string, PesterResult> file in PesterRun.List().GroupBy(test => test.File))
        {
            int index = 0;
            foreach (PesterResult test in file)
                yield return new(file.Key, index++, test.Name) { TestDisplayName = $"{file.Key}: {test.Name}", Label = "" };
        }
    }

    [Theory]
    [MemberData(nameof(Tests))]
    public async Task Passes(string file, int index, string name)
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
