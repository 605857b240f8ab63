using MySqlRecovery.Schema;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Schema;

public class LoggedStatementTests
{
    [Theory]
    [InlineData("UPDATE/*app*/t SET a = 1", "Rows", "UPDATE")]
    [InlineData("DELETE/**/FROM t", "Rows", "DELETE")]
    [InlineData("/* a */ -- b\n REPLACE/**/INTO t VALUES (1)", "Rows", "REPLACE")]
    [InlineData("WITH/**/c AS (SELECT 1) DELETE FROM t", "Rows", "WITH")]
    [InlineData("(SELECT f())", "Rows", "SELECT")]
    [InlineData("SET STATEMENT max_statement_time=1, sort_buffer_size = (SELECT 1) FOR UPDATE t SET a = 1", "Rows", "UPDATE")]
    [InlineData("SET/**/STATEMENT a=1 FOR SET STATEMENT b=2 FOR TRUNCATE t", "Definition", "TRUNCATE")]
    [InlineData("ANALYZE UPDATE t SET a = 1", "Rows", "UPDATE")]
    [InlineData("ANALYZE FORMAT=JSON DELETE FROM t", "Rows", "DELETE")]
    [InlineData("SET STATEMENT a=1 FOR ANALYZE FORMAT = 'json' INSERT INTO t VALUES (1)", "Rows", "INSERT")]
    [InlineData("ANALYZE TABLE t", "Other", "ANALYZE")]
    [InlineData("ANALYZE LOCAL TABLE t", "Other", "ANALYZE")]
    [InlineData("/*!40000 ALTER TABLE t DISABLE KEYS */", "Definition", "ALTER")]
    [InlineData("/*!UPDATE*/ t SET a = 1", "Rows", "UPDATE")]
    [InlineData("/*M!100100 DROP */TABLE t", "Definition", "DROP")]
    [InlineData("# x\nalter/**/table t add b int", "Definition", "ALTER")]
    [InlineData("XA/**/COMMIT 'a'", "Xa", "XA")]
    [InlineData("SET @a = 'FOR UPDATE t'", "Other", "SET")]
    [InlineData("SET STATEMENT_x = 1", "Other", "SET")]
    [InlineData("BEGIN", "Other", "BEGIN")]
    [InlineData("/* DROP TABLE t */", "Other", "")]
    [InlineData("/* never closed UPDATE t", "Unreadable", "")]
    public void Nothing_before_its_verb_hides_what_a_statement_is(string text, string kind, string verb)
    {
        LoggedStatement statement = LoggedStatement.Read(text);

        Assert.Equal((kind, verb), (statement.Kind.ToString(), statement.Verb));
    }

    [Theory]
    [InlineData("INSERT LOW_PRIORITY IGNORE INTO x.a (b) SELECT * FROM c", "x.a")]
    [InlineData("INSERT a VALUES (1) ON DUPLICATE KEY UPDATE b = 1", "d.a")]
    [InlineData("REPLACE DELAYED `a b`.`c.d` SET e = 1", "a b.c.d")]
    [InlineData("LOAD DATA LOCAL INFILE 'INTO TABLE z' REPLACE INTO TABLE a FIELDS TERMINATED BY ','", "d.a")]
    [InlineData("UPDATE a SET b = 1 WHERE c = 'FROM z'", "d.a")]
    [InlineData("UPDATE a, x.b AS c JOIN e USING (f) SET a.g = 1", "d.a x.b d.e")]
    [InlineData("UPDATE a SET b = (SELECT MAX(c) FROM x.e)", "d.a x.e")]
    [InlineData("DELETE QUICK FROM x.a WHERE 1", "x.a")]
    [InlineData("DELETE HISTORY FROM a", "d.a")]
    [InlineData("DELETE a, x.b FROM a JOIN x.b", "d.a x.b")]
    [InlineData("DELETE FROM a USING a JOIN (x.b, c)", "d.a x.b d.c")]
    [InlineData("SELECT f()", null)]
    [InlineData("CALL p()", null)]
    public void The_tables_that_a_statement_changes_are_among_those_that_it_names_where_tables_stand(string text, string? tables)
    {
        IReadOnlyList<TableName>? changed = ChangedTables.Find(LoggedStatement.Read(text), "d");

        Assert.Equal(tables, changed == null ? null : string.Join(' ', changed.Distinct()));
    }

    [Fact]
    public void A_backslash_escapes_or_not_as_the_sql_mode_says()
    {
        const string Text = @"ALTER TABLE t COMMENT '\', ADD c INT";

        Assert.Equal(["a", "c"], Columns(SqlModes.NoBackslashEscapes));
        Assert.Empty(Columns(SqlModes.None));

        static IEnumerable<string> Columns(SqlModes modes)
        {
            SchemaCatalog catalog = SchemaCatalog.Parse("CREATE TABLE d.t (a INT)");
            catalog.Apply(Text, "d", modes);
            return catalog.Find("d", "t")!.Columns.Select(c => c.Name);
        }
    }
}
