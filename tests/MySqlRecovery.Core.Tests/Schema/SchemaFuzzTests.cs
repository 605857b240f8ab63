using System.Diagnostics;
using System.Text;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.Schema;

public class SchemaFuzzTests
{
    private static readonly string[] Snippets =
        ["'", "`", "\"", "(", ")", ",", ";", "/*!", "*/", "/*", "--", "\\", "\0", "DELIMITER ", "CREATE TABLE ", "FIRST", "9999999999", ".",
            "=", "\uFFFD", "PARTITION BY", "LIKE", "USE "];

    [Theory]
    [InlineData("mysql-9.7.sql")]
    [InlineData("mysql-5.6.sql")]
    [InlineData("mariadb-10.11.sql")]
    [InlineData("mysql-9.7.ddl.sql")]
    [InlineData("mariadb-10.11.ddl.sql")]
    public void Damaged_text_gives_a_schema_or_a_RecoveryException(string file)
    {
        string text = SchemaFacts.ReadData(file);
        var random = new Random(20260101);
        var clock = Stopwatch.StartNew();
        int understood = 0;
        for (int i = 0; i < 400 && (understood == 0 || clock.Elapsed < TimeSpan.FromSeconds(8)); i++)
        {
            string damaged = Damage(text, random);
            try
            {
                SchemaCatalog.Parse(damaged);
                understood++;
            }
            catch (RecoveryException e)
            {
                Assert.Equal("SchemaNotUnderstood", e.ErrorId);
            }
        }

        Assert.True(understood > 0);
    }

    [Fact]
    public void Damaged_DDL_is_applied_without_an_exception()
    {
        string[] statements = SchemaFacts.ReadData("mysql-9.7.ddl.sql").Split(";\n");
        var random = new Random(20260102);
        var catalog = new SchemaCatalog();
        for (int i = 0; i < 20_000; i++)
            catalog.Apply(Damage(statements[random.Next(statements.Length)], random), "ap");
        Assert.All(catalog.Tables, table => Assert.Equal(table.UnknownReason != null, table.Columns.Count == 0));
    }

    [Theory]
    [InlineData("CREATE TABLE t (", "a INT,")]
    [InlineData("CREATE TABLE t (a INT,", "KEY (a),")]
    [InlineData("CREATE TABLE t (a INT DEFAULT ", "(")]
    [InlineData("ALTER TABLE t ", "ADD b INT,")]
    [InlineData("", "CREATE ")]
    [InlineData("", "CREATE TABLE ")]
    [InlineData("", "/*!")]
    [InlineData("", "CREATE TABLE t (a INT) ")]
    public void Repetition_without_end_ends(string start, string repeated)
    {
        string text = start + new StringBuilder().Insert(0, repeated, 100_000);
        var clock = Stopwatch.StartNew();
        var catalog = SchemaCatalog.Parse("CREATE TABLE d.t (a INT)");
        catalog.Apply(text, "d");
        try
        {
            SchemaCatalog.Parse(text);
        }
        catch (RecoveryException)
        {
            // what it says does not matter here, only that it comes soon
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    private static string Damage(string text, Random random)
    {
        var result = new StringBuilder(text);
        for (int n = random.Next(1, 4); n > 0 && result.Length > 0; n--)
        {
            int at = random.Next(result.Length);
            switch (random.Next(4))
            {
                case 0:
                    result.Remove(at, Math.Min(random.Next(1, 20), result.Length - at));
                    break;
                case 1:
                    result.Insert(at, Snippets[random.Next(Snippets.Length)]);
                    break;
                case 2:
                    result[at] = (char)random.Next(1, 128);
                    break;
                default:
                    int length = Math.Min(random.Next(1, 60), result.Length - at);
                    result.Insert(random.Next(result.Length), result.ToString(at, length));
                    break;
            }
        }

        return result.ToString();
    }
}
