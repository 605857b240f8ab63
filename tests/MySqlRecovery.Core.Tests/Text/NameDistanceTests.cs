using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Text;

public sealed class NameDistanceTests
{
    [Theory]
    [InlineData("wf_task", "wf_task", 0)]
    [InlineData("WF_TASK", "wf_task", 0)]
    [InlineData("wf_taks", "wf_task", 1)]
    [InlineData("wf_tsak", "wf_task", 1)]
    [InlineData("orders", "order", 1)]
    [InlineData("order", "orders", 1)]
    [InlineData("orders", "odders", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void Counts_letters_put_in_taken_out_exchanged_or_swapped(string a, string b, int distance) =>
        Assert.Equal(distance, NameDistance.Of(a, b));

    [Fact]
    public void Names_the_most_alike_first() =>
        Assert.Equal(["wf_task", "wf_bytes", "users"], NameDistance.Closest(["users", "wf_bytes", "wf_task"], "wf_taks"));
}
