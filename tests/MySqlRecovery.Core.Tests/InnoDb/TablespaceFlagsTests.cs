using MySqlRecovery.InnoDb.Pages;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

public sealed class TablespaceFlagsTests
{
    [Theory]
    [InlineData(0x0u, 16384, 0, 16384)]
    [InlineData(0x21u, 16384, 0, 16384)]
    [InlineData(0x4021u, 16384, 0, 16384)]
    [InlineData(0x4029u, 16384, 8192, 8192)]
    [InlineData(0x4027u, 16384, 4096, 4096)]
    [InlineData(0x4023u, 16384, 1024, 1024)]
    [InlineData(0x40E1u, 4096, 0, 4096)]
    [InlineData(0x41E1u, 65536, 0, 65536)]
    [InlineData(0x15u, 16384, 0, 16384)]
    [InlineData(0x13u, 4096, 0, 4096)]
    public void Sizes_are_those_that_the_servers_mean(uint value, int pageSize, int zipSize, int physical)
    {
        var flags = new TablespaceFlags(value);
        Assert.True(flags.IsValid);
        Assert.Equal((pageSize, zipSize, physical), (flags.PageSize, flags.ZipSize, flags.PhysicalSize));
    }

    [Theory]
    [InlineData(0x40u)]
    [InlineData(0x3C0u)]
    [InlineData(0x1Fu)]
    public void Flags_that_no_server_writes_are_refused(uint value) => Assert.False(new TablespaceFlags(value).IsValid);

    [Fact]
    public void The_clause_names_what_to_write_in_CREATE_TABLE()
    {
        Assert.Equal("ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8", new TablespaceFlags(0x4029).CreateTableClause());
        Assert.Equal("ROW_FORMAT=DYNAMIC, innodb_page_size=4096", new TablespaceFlags(0x40E1).CreateTableClause());
    }
}
