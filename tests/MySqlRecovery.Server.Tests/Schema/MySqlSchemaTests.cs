using MySqlRecovery.Client;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Client;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Server.Tests.Schema;

[Collection<MySqlServers>]
public sealed class MySqlSchemaTests(MySqlFixture fixture) : ServerSchemaTests(fixture)
{
    [Fact]
    public void Generated_and_invisible_columns_and_a_generated_primary_key_are_there()
    {
        using ServerConnection connection = Server.Connect();
        connection.Execute("CREATE DATABASE newer", Token);
        connection.Execute("SET sql_generate_invisible_primary_key = 1, show_gipk_in_create_table_and_information_schema = 0", Token);
        connection.Execute(
            "CREATE TABLE newer.t (a INT, twice INT AS (a * 2) VIRTUAL, kept INT AS (a + 1) STORED, h INT INVISIBLE, j JSON, "
                + "g POINT SRID 4326, " +
            "KEY f ((a + 1)))", Token);

        TableSchema table = Assert.Single(ServerSchema.Read(connection, [new TableName("newer", "t")], Token));
        Assert.Equal(["my_row_id", "a", "twice", "kept", "h", "j", "g"], table.Columns.Select(c => c.Name));
        Assert.Equal(["my_row_id", "h"], table.Columns.Where(c => c.IsInvisible).Select(c => c.Name));
        Assert.Equal(["twice", "kept"], table.Columns.Where(c => c.IsGenerated).Select(c => c.Name));
        Assert.Equal("my_row_id", Assert.Single(table.PrimaryKey!.Parts).Column);
    }
}
