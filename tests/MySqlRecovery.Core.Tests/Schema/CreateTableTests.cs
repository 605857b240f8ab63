using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.Schema;

public class CreateTableTests
{
    // What MySQL 9.7 and MariaDB 10.11 make of these, says their SHOW CREATE TABLE.
    [Theory]
    [InlineData("BOOL", "tinyint", 1)]
    [InlineData("INTEGER UNSIGNED", "int", null)]
    [InlineData("MIDDLEINT", "mediumint", null)]
    [InlineData("DEC", "decimal", 10)]
    [InlineData("NUMERIC(5,2)", "decimal", 5)]
    [InlineData("FIXED(7)", "decimal", 7)]
    [InlineData("DOUBLE PRECISION", "double", null)]
    [InlineData("REAL", "double", null)]
    [InlineData("FLOAT(20)", "float", null)]
    [InlineData("FLOAT(30)", "double", null)]
    [InlineData("NATIONAL CHAR(3)", "char", 3)]
    [InlineData("NATIONAL VARCHAR(4)", "varchar", 4)]
    [InlineData("NCHAR VARYING(4)", "varchar", 4)]
    [InlineData("NVARCHAR(5)", "varchar", 5)]
    [InlineData("CHARACTER VARYING(6)", "varchar", 6)]
    [InlineData("CHAR BYTE", "binary", 1)]
    [InlineData("CHAR(4) CHARACTER SET binary", "binary", 4)]
    [InlineData("TEXT CHARSET binary", "blob", null)]
    [InlineData("LONG", "mediumtext", null)]
    [InlineData("LONG VARCHAR", "mediumtext", null)]
    [InlineData("LONG VARBINARY", "mediumblob", null)]
    [InlineData("TEXT(10)", "tinytext", null)]
    [InlineData("TEXT(100)", "text", null)]
    [InlineData("TEXT(65535)", "mediumtext", null)]
    [InlineData("BLOB(255)", "tinyblob", null)]
    [InlineData("BLOB(4294967295)", "longblob", null)]
    [InlineData("DATETIME(0)", "datetime", null)]
    [InlineData("YEAR(4)", "year", null)]
    [InlineData("BIT", "bit", 1)]
    [InlineData("VECTOR", "vector", 2048)]
    [InlineData("GEOMCOLLECTION", "geometrycollection", null)]
    public void Types_are_given_by_their_own_names(string type, string dataType, int? length)
    {
        ColumnSchema column = Table($"CREATE TABLE t (c {type}) CHARSET utf8mb4").Columns[0];
        Assert.Equal((dataType, (uint?)length), (column.DataType, column.Length));
    }

    [Fact]
    public void SERIAL_is_a_whole_definition()
    {
        TableSchema table = Table("CREATE TABLE t (id SERIAL, x INT)");
        Assert.True(table.Columns[0] is { DataType: "bigint", IsUnsigned: true, IsNullable: false, IsAutoIncrement: true });
        Assert.Equal("id", Assert.Single(table.Keys, key => key is { Kind: KeyKind.Unique, Name: "id" }).Parts[0].Column);
    }

    [Theory]
    [InlineData("c VARCHAR(9)", "latin2", "latin2_bin")]
    [InlineData("c VARCHAR(9) CHARACTER SET utf8", "utf8mb3", null)]
    [InlineData("c VARCHAR(9) COLLATE greek_bin", "greek", "greek_bin")]
    [InlineData("c VARCHAR(9) COLLATE uca1400_ai_ci", "latin2", "uca1400_ai_ci")]
    [InlineData("c VARCHAR(9) CHARSET sjis BINARY", "sjis", "sjis_bin")]
    [InlineData("c NCHAR(9)", "utf8mb3", null)]
    [InlineData("c ENUM('x') UNICODE", "ucs2", null)]
    [InlineData("c INT", null, null)]
    [InlineData("c VARBINARY(9)", null, null)]
    public void Text_columns_take_what_they_do_not_say_from_the_table(string column, string? characterSet, string? collation)
    {
        ColumnSchema c = Table($"CREATE TABLE t ({column}) COLLATE=latin2_bin, DEFAULT CHARACTER SET = latin2").Columns[0];
        Assert.Equal((characterSet, collation), (c.CharacterSet, c.Collation));
    }

    [Fact]
    public void A_table_takes_what_it_does_not_say_from_its_database()
    {
        SchemaCatalog catalog =
            SchemaCatalog.Parse("CREATE DATABASE /*!32312 IF NOT EXISTS*/ `d` /*!40100 DEFAULT CHARACTER SET latin5 */; "
            + "CREATE TABLE d.t (c TEXT); CREATE TABLE t (c TEXT);");
        Assert.Equal("latin5", catalog.Find("d", "t")!.Columns[0].CharacterSet);
        Assert.Null(catalog.Find(null, "t")!.Columns[0].CharacterSet);
    }

    [Fact]
    public void Everything_a_column_can_say_is_read()
    {
        TableSchema table = Table("""
            CREATE TABLE IF NOT EXISTS t (
              a INT(8) ZEROFILL NOT NULL PRIMARY KEY DEFAULT -1 COMMENT 'x, y)' COLUMN_FORMAT FIXED STORAGE DISK,
              b TIMESTAMP(6) NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE NOW(6),
              c INT GENERATED ALWAYS AS (a + (1)) STORED UNIQUE KEY INVISIBLE CHECK (c > (0)) NOT ENFORCED,
              d INT AS (a) PERSISTENT, e INT AS (a) VIRTUAL NOT NULL, f POINT SRID 4326, g POINT REF_SYSTEM_ID=3857,
              h VARCHAR(30) COMPRESSED=zlib DEFAULT concat('a', "b") CONSTRAINT h_ok CHECK (h <> ''),
              i INT REFERENCES other (x) ON UPDATE CASCADE ON DELETE SET NULL, j JSON DEFAULT (json_array()) ENGINE_ATTRIBUTE='{}',
              k DATETIME DEFAULT _utf8mb4'2000-01-01' REFERENCES q.r MATCH FULL ON UPDATE CURRENT_TIMESTAMP, l ENUM("a","b''c") NULL)
            """);
        Assert.Equal("a b c d e f g h i j k l", string.Join(' ', table.Columns.Select(column => column.Name)));
        ColumnSchema Column(string name) => table.Columns.Single(column => column.Name == name);
        Assert.True(Column("a") is { IsUnsigned: true, IsZerofill: true, IsNullable: false, Length: 8 });
        Assert.True(Column("b") is { HasOnUpdateNow: true, IsNullable: true, Length: 6 });
        Assert.True(Column("c") is { IsGenerated: true, IsStored: true, IsInvisible: true });
        Assert.True(Column("d") is { IsGenerated: true, IsStored: true });
        Assert.True(Column("e") is { IsGenerated: true, IsStored: false, IsNullable: false });
        Assert.Equal((4326u, 3857u), (Column("f").Srid, Column("g").Srid));
        Assert.True(Column("k").HasOnUpdateNow);
        Assert.Equal(["a", "b''c"], Column("l").Members);
        Assert.Equal(["PRIMARY", "c"], table.Keys.Select(key => key.Name));
        Assert.Equal(["t_ibfk_1", "t_ibfk_2"], table.ForeignKeys.Select(key => key.Name));
        Assert.Equal((ReferentialAction.SetNull, ReferentialAction.Cascade),
            (table.ForeignKeys[0].OnDelete, table.ForeignKeys[0].OnUpdate));
        Assert.Equal(new TableName("q", "r"), table.ForeignKeys[1].ReferencedTable);
    }

    [Fact]
    public void Keys_without_a_name_get_the_one_that_the_server_gives_them()
    {
        TableSchema table = Table("""
            CREATE TABLE tk (a int, b int, unique(a), unique(a,b), key(a), key b_x using btree (b), index(b), x varchar(20),
              constraint unique (x),
              constraint foo unique (x(20),a desc), constraint foo2 unique key bar(x(5),b),
              key((a+b)), fulltext (x), vector index (b) m=6 distance=cosine)
            """);
        Assert.Equal(
            "a(a) a_2(a,b) a_3(a) b_x(b) b(b) x(x) foo(x,a) bar(x:5,b) functional_index((a+b)) x_2(x) b_2(b)",
            string.Join(' ', table.Keys.Select(
                key => $"{key.Name}({string.Join(',', key.Parts.Select(
                    part => part.Expression ?? part.Column + (part.PrefixLength is uint n ? $":{n}" : "")))})")));
        Assert.Equal(KeyKind.Vector, table.Keys[^1].Kind);
    }

    [Fact]
    public void Names_in_double_quotes_are_names()
    {
        TableSchema table = Table("CREATE TABLE \"my\".\"t\"\"x\" (\"id\" int NOT NULL, \"e\" enum('a'), PRIMARY KEY (\"id\"))");
        Assert.Equal(new TableName("my", "t\"x"), table.QualifiedName);
        Assert.Equal("id", table.PrimaryKey!.Parts[0].Column);
    }

    [Fact]
    public void A_period_in_a_key_stands_for_its_columns() =>
        Assert.Equal(
            ["id", "b", "a"], // as information_schema.STATISTICS of MariaDB 10.11 lists them
            Table("CREATE TABLE t (id INT, a DATE, b DATE, UNIQUE (id, stay WITHOUT OVERLAPS), PERIOD FOR stay (a, b))")
                .Keys[0].Parts.Select(part => part.Column));

    [Theory]
    [InlineData("CREATE TABLE t (\n  a INT,\n  b STRING)", "x.sql: line 3: CREATE TABLE t: a column type expected, met STRING")]
    [InlineData("CREATE TABLE t (a INT) ROW_FORMAT", "x.sql: line 1: CREATE TABLE t: a name expected, met the end")]
    [InlineData("USE d;\nCREATE TABLE t;", "x.sql: line 2: CREATE TABLE d.t: ( or LIKE expected, met the end")]
    [InlineData("CREATE TABLE t (a INT, A INT)", "x.sql: line 1: CREATE TABLE t: there are two columns A")]
    [InlineData("CREATE TABLE t (a INT, KEY (b))", "x.sql: line 1: CREATE TABLE t: there is no column b for the key b")]
    [InlineData("CREATE TABLE t (a INT PRIMARY KEY, PRIMARY KEY (a))", "x.sql: line 1: CREATE TABLE t: there are two primary keys")]
    [InlineData("CREATE TABLE t (a INT(99999999999))",
        "x.sql: line 1: CREATE TABLE t: a whole number of 32 bits expected, met 99999999999")]
    [InlineData("CREATE TABLE t (a ENUM('\uFFFD'))", "x.sql: line 1: CREATE TABLE t: a name is not in UTF-8")]
    [InlineData("CREATE TABLE t (a INT COMMENT 'x)", "x.sql: line 1: what ' opens here has no end")]
    [InlineData("CREATE TABLE t (a INT) nonsense here",
        "x.sql: line 1: CREATE TABLE t: a table option or the end of the statement expected, met nonsense")]
    public void What_cannot_be_read_is_named_with_file_and_line(string text, string message) =>
        Assert.Equal(message, Assert.Throws<RecoveryException>(() => SchemaCatalog.Parse(text, "x.sql")).Message);

    private static TableSchema Table(string statement) => Assert.Single(SchemaCatalog.Parse(statement).Tables);
}
