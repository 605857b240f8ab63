using MySqlRecovery.IO;
using Xunit;

namespace MySqlRecovery.Core.Tests.IO;

public sealed class SourceWindowsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pieces_of_many_sources_in_any_turn_are_those_of_each(bool backwards)
    {
        const int Length = WindowReader.WindowLength + 5000;
        SpoolFile[] sources = [.. Enumerable.Range(0, 4).Select(_ => SpoolFile.Create())];
        try
        {
            var random = new Random(3);
            byte[][] contents = [.. sources.Select(_ => new byte[Length])];
            for (int i = 0; i < sources.Length; i++)
            {
                random.NextBytes(contents[i]);
                sources[i].Append(contents[i]);
            }

            using var windows = new SourceWindows(sources, backwards);
            for (int run = 0; run < 400; run++)
            {
                int source = random.Next(sources.Length), offset = random.Next(Length), length = random.Next(Length - offset);
                Assert.True(windows.Read(source, offset, length).SequenceEqual(contents[source].AsSpan(offset, length)),
                    $"{length} bytes of source {source} from {offset} on");
            }
        }
        finally
        {
            foreach (SpoolFile source in sources)
                source.Dispose();
        }
    }
}
