using System.Text;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Rows;
using Xunit;

namespace MySqlRecovery.Core.Tests.Output.Rows;

/// <summary>Rows whose text is handed on while it is made.</summary>
public sealed class LargeRowTextTests
{
    private const int Large = 20_000_000, Allowed = 2_000_000;
    private static readonly RowShape Shape = new("d", "t", ["a", "b", "c"]);

    [Theory]
    [InlineData(TableRowFormat.Sql)]
    [InlineData(TableRowFormat.Tsv)]
    [InlineData(TableRowFormat.Csv)]
    [InlineData(TableRowFormat.JsonLines)]
    public void It_is_what_it_would_be_as_a_whole_and_is_never_in_memory(TableRowFormat format)
    {
        byte[] text = new byte[Large], bytes = new byte[Large];
        for (int i = 0; i < Large; i++)
            text[i] = (byte)"it's \"so\", a\tb"[i % 14];
        var pieces = new MemoryStream(4 * Large);
        using RowTextWriter writer = RowTextWriter.Create(format, Shape), whole = RowTextWriter.Create(format, Shape);
        long before = GC.GetAllocatedBytesForCurrentThread();

        writer.Text.Sink = piece => pieces.Write(piece);
        writer.BeginLargeRow();
        Write(writer, text, bytes);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Allowed);
        pieces.Write(writer.Text.Written);
        whole.BeginRow();
        Write(whole, text, bytes);
        whole.Flush();
        Assert.True(whole.Text.Written.SequenceEqual(pieces.GetBuffer().AsSpan(0, (int)pieces.Length)));
    }

    [Fact]
    public void A_statement_that_no_server_takes_is_refused_before_it_is_made()
    {
        using RowTextWriter writer = RowTextWriter.Create(TableRowFormat.Sql, Shape);
        writer.Text.CountsOnly = true;
        writer.BeginRow();

        Assert.Contains("1073741824", Assert.ThrowsAny<Exception>(() => writer.AddBytes(0, new byte[1 << 29])).Message);
    }

    private static void Write(RowTextWriter writer, byte[] text, byte[] bytes)
    {
        writer.AddText(0, text);
        writer.AddBytes(1, bytes);
        writer.AddText(2, Encoding.ASCII.GetBytes("end"));
        writer.EndRow();
    }
}
