using MySqlRecovery.Client;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Server.Tests.Schema;

public abstract class MariaDbTableTests(ServerFixture fixture) : ServerSchemaTests(fixture)
{
    [Fact]
    public void Versioned_tables_and_sequences_have_the_columns_of_their_row_images()
    {
        using ServerConnection connection = Server.Connect();
        connection.Execute("CREATE DATABASE own", Token);
        connection.Execute("CREATE TABLE own.v (a INT PRIMARY KEY, h INT INVISIBLE, p INT AS (a + 1) PERSISTENT) WITH SYSTEM VERSIONING",
            Token);
        connection.Execute("CREATE SEQUENCE own.s", Token);

        IReadOnlyList<TableSchema> tables = ServerSchema.Read(connection, [new TableName("own", "s"), new TableName("own", "v")], Token);
        Assert.Equal(["s", "v"], tables.Select(t => t.Name));
        Assert.Equal(8, tables[0].Columns.Count);
        Assert.Equal(["a", "h", "p", "row_start", "row_end"], tables[1].Columns.Select(c => c.Name));
        Assert.Equal("row_end", tables[1].RowEndColumn);
        Assert.True(tables[1].Columns[2].IsGenerated);
    }
}
