using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.Schema;

public class DdlReplayTests
{
    [Theory]
    [InlineData("mysql-9.7")]
    [InlineData("mysql-5.6")]
    [InlineData("mariadb-10.11")]
    public void Following_the_DDL_ends_where_the_server_ended(string server)
    {
        var replayed = new SchemaCatalog();
        replayed.Apply("CREATE DATABASE ap DEFAULT CHARACTER SET utf8mb4", null);
        foreach (string statement in SchemaFacts.ReadData(server + ".ddl.sql").Split(";\n", StringSplitOptions.RemoveEmptyEntries))
            replayed.Apply(statement, "ap");

        SchemaCatalog expected =
            SchemaCatalog.Parse("CREATE DATABASE ap DEFAULT CHARACTER SET utf8mb4; USE ap;"
                + SchemaFacts.ReadData(server + ".ddl.expected.sql"));
        Assert.All(replayed.Tables, table => Assert.Null(table.UnknownReason));
        SchemaFacts.AssertSame(Facts(expected), Facts(replayed));
    }

    private static IEnumerable<string> Facts(SchemaCatalog catalog) => catalog.Tables
        .SelectMany(table => SchemaFacts.Of(table with { Engine = table.Engine ?? "InnoDB" }).Concat(Details(table)));

    private static IEnumerable<string> Details(TableSchema table)
    {
        yield return $"options\t{table.Name}\t{table.RowFormat} {table.KeyBlockSize} {table.RowEndColumn}";
        foreach (ColumnSchema column in table.Columns)
            yield return $"details\t{table.Name}.{column.Name}\t{string.Join(',', column.Members)} "
                + $"{column.Srid} {column.IsZerofill} {column.CharacterSet ?? "?"}";
        foreach (ForeignKeySchema key in table.ForeignKeys)
            yield return $"references\t{table.Name}.{key.Name}\t{string.Join(',', key.Columns)} {key.ReferencedTable} "
                + $"{string.Join(',', key.ReferencedColumns)}";
    }
}
