using MySqlRecovery.Schema;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Schema;

public class DumpTests
{
    [Theory]
    [InlineData("mysql-9.7")]
    [InlineData("mysql-5.6")]
    [InlineData("mariadb-10.11")]
    public void A_dump_is_read_as_the_server_itself_describes_its_tables(string server)
    {
        SchemaCatalog catalog = SchemaCatalog.Load(SchemaFacts.DataPath(server + ".sql"));
        string[] expected = SchemaFacts.ReadData(server + ".expected.tsv").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        SchemaFacts.AssertSame(expected.Select(AsWritten),
            catalog.Tables.SelectMany(table => SchemaFacts.Of(AsListed(table))).Select(AsWritten));
        Assert.All(catalog.Tables, table => Assert.Equal("tt", table.Database));
    }

    [Theory]
    [InlineData("mysql-9.7")]
    [InlineData("mysql-5.6")]
    [InlineData("mariadb-10.11")]
    public void Members_comments_and_options_keep_what_is_in_their_quotes(string server)
    {
        SchemaCatalog catalog = SchemaCatalog.Load(SchemaFacts.DataPath(server + ".sql"));
        TableSchema child = catalog.Find("tt", "x_child")!;
        Assert.Equal(["", "a'b", "c\"d", "e\\f", "g,h)", "i`j", " k"], child.Columns.Single(column => column.Name == "state").Members);
        Assert.Equal(["one", "two"], child.Columns.Single(column => column.Name == "flags").Members);
        Assert.Equal(64, catalog.Find("tt", "t_str")!.Columns.Single(column => column.Name == "c_set64").Members.Count);
        TableSchema parent = catalog.Find("tt", "x_parent")!;
        Assert.Equal(("COMPRESSED", 8u), (parent.RowFormat, parent.KeyBlockSize));
        Assert.Equal(["id", "select", "a `b", "ünï"], catalog.Find("tt", "t quoted `name")!.Columns.Select(column => column.Name));
        Assert.True(child.Columns[0].IsZerofill);
        Assert.Null(catalog.Find("tt", "x_view"));
        Assert.Null(catalog.Find("tt", "x_tmp"));
    }

    // Table map events of such tables, written by MariaDB 10.11, have these columns and PRIMARY KEY (id, row_end).
    [Fact]
    public void A_system_versioned_table_has_the_columns_that_its_row_images_have()
    {
        SchemaCatalog catalog = SchemaCatalog.Load(SchemaFacts.DataPath("mariadb-10.11.sql"));
        TableSchema table = catalog.Find("tt", "t_sv")!;
        Assert.Equal(["id", "v", "row_start", "row_end"], table.Columns.Select(column => column.Name));
        Assert.Equal(["id", "row_end"], table.PrimaryKey!.Parts.Select(part => part.Column));
        Assert.Equal("died", catalog.Find("tt", "x_history")!.RowEndColumn);
    }

    // information_schema does not list what SHOW CREATE TABLE does not either.
    private static TableSchema AsListed(TableSchema table) => !table.Columns.Any(SystemVersioning.IsImplicit) ? table : table with
    {
        Columns = [.. table.Columns.Where(column => !SystemVersioning.IsImplicit(column))],
        Keys = [.. table.Keys.Select(key => key with { Parts = [.. key.Parts.Where(part => part.Column != table.RowEndColumn)] })],
    };

    // Spellings that differ between the servers' catalogs and their SHOW CREATE TABLE; for RESTRICT see SchemaFacts.
    private static string AsWritten(string line) => string.Join('\t', line.Split('\t').Select(field => field switch
    {
        "geomcollection" => "geometrycollection",
        "RESTRICT" => "NO ACTION",
        "shape(32)" => "shape",
        _ => CharacterSets.Normalize(field) is string name && name.StartsWith("utf8mb3", StringComparison.Ordinal) ? name : field,
    }));
}
